/** Scene `tensor`. */
export function stage() { return { update() {}, destroy() {} }; }
export function student() { return { update() {}, destroy() {} }; }
