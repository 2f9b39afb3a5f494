/** The few things of Node that the tests use, so that TypeScript stays the only package. */

declare module 'node:test' {
  interface Timers {
    enable(options: { apis: ('setTimeout' | 'setInterval' | 'Date')[] }): void;
    tick(milliseconds: number): void;
    reset(): void;
  }
  interface TestContext {
    readonly mock: { readonly timers: Timers };
  }
  export default function test(name: string, run: (context: TestContext) => void | Promise<void>): Promise<void>;
}

declare module 'node:assert/strict' {
  interface Assert {
    equal(actual: unknown, expected: unknown, message?: string): void;
    notEqual(actual: unknown, expected: unknown, message?: string): void;
    deepEqual(actual: unknown, expected: unknown, message?: string): void;
    ok(value: unknown, message?: string): asserts value;
    throws(run: () => void, error: RegExp): void;
  }
  const assert: Assert;
  export default assert;
}

declare module 'node:fs' {
  export function readdirSync(folder: URL): string[];
  export function readFileSync(file: URL, encoding: 'utf8'): string;
  export function writeFileSync(file: URL, text: string): void;
}

declare module 'node:process' {
  const process: { readonly env: Record<string, string | undefined> };
  export default process;
}
