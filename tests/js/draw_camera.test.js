/** The camera's arithmetic: rotations, projection, and the way back. */

import assert from 'node:assert/strict';
import test from 'node:test';

import { approach } from '../../static/draw/approach.js';
import { about, Camera, identity, matrixOf, multiply, normalize, projection, slerp } from '../../static/draw/camera.js';

const BOX = { x: 20, y: 10, width: 800, height: 600 };

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b @param {number} [tolerance] */
function near(a, b, tolerance = 1e-9) {
  assert.equal(a.length, b.length);
  for (let i = 0; i < a.length; i += 1)
    assert.ok(
      Math.abs((a[i] ?? NaN) - (b[i] ?? NaN)) < tolerance,
      `${[...Array.from(a)]} is not ${[...Array.from(b)]}`,
    );
}

test('a quarter turn about z takes x to y', () => {
  const m = matrixOf(about([0, 0, 2], Math.PI / 2));
  near([m[0] ?? 0, m[3] ?? 0, m[6] ?? 0], [0, 1, 0]);
});

test('the product of two rotations is the product of their matrices', () => {
  const [a, b] = [about([1, 2, 3], 0.7), about([-1, 0.5, 0], 1.9)];
  const [ma, mb] = [matrixOf(a), matrixOf(b)];
  const product = Array.from({ length: 9 }, (_, k) =>
    [0, 1, 2].reduce((sum, j) => sum + (ma[3 * Math.floor(k / 3) + j] ?? 0) * (mb[3 * j + (k % 3)] ?? 0), 0),
  );
  near(matrixOf(multiply(a, b)), product);
});

test('slerp begins and ends at its ends and takes the short way', () => {
  const b = about([0, 1, 0], 1);
  near(slerp(identity(), b, 0), identity());
  near(slerp(identity(), b, 1), b);
  near(slerp(identity(), b, 0.5), about([0, 1, 0], 0.5));
  near(slerp(identity(), [-b[0], -b[1], -b[2], -b[3]], 0.5), about([0, 1, 0], 0.5));
});

test('no rotation moves a fitted cloud out of the box', () => {
  const positions = Float32Array.from({ length: 90 }, (_, i) => Math.sin(i * 12.9898) * 5 + 3);
  const camera = new Camera();
  camera.fit(positions);
  for (let k = 0; k < 20; k += 1) {
    camera.turn(37, 23);
    const seen = camera.project(positions, BOX);
    for (let i = 0; i < seen.count; i += 1) {
      assert.ok((seen.x[i] ?? NaN) > BOX.x && (seen.x[i] ?? NaN) < BOX.x + BOX.width);
      assert.ok((seen.y[i] ?? NaN) > BOX.y && (seen.y[i] ?? NaN) < BOX.y + BOX.height);
    }
  }
});

test('unproject is the way back of project, turned, zoomed, panned and flat', () => {
  const camera = new Camera();
  camera.fit([0, 0, 0, 4, 1, -2]);
  camera.turn(120, -60);
  camera.zoomBy(1.7);
  camera.pan(31, -12);
  for (const plan of [false, true]) {
    camera.plan = plan;
    const seen = camera.at([1, 0.5, -1.5], BOX);
    near(camera.unproject(seen.x, seen.y, [1, 0.5, -1.5], BOX), [1, 0.5, -1.5], 1e-4);
  }
});

test('what is nearer is larger, and in plan view equally large', () => {
  const camera = new Camera();
  camera.rotation = identity();
  camera.fit([0, 0, -1, 0, 0, 1]);
  const seen = camera.project([0, 0, -1, 0, 0, 1], BOX);
  assert.ok((seen.scale[1] ?? 0) > (seen.scale[0] ?? 0) && (seen.depth[1] ?? 0) > (seen.depth[0] ?? 0));
  camera.plan = true;
  const flat = camera.project([0, 0, -1, 0, 0, 1], BOX);
  assert.equal(flat.scale[0], flat.scale[1]);
});

test('a drag to the right moves the front to the right', () => {
  const camera = new Camera();
  camera.rotation = identity();
  const before = camera.at([0, 0, 1], BOX).x;
  camera.turn(10, 0);
  assert.ok(camera.at([0, 0, 1], BOX).x > before);
});

test('a projection is reused when it is large enough, and holds what it must', () => {
  const camera = new Camera();
  const out = projection(4);
  assert.equal(camera.project([0, 0, 0], BOX, out), out);
  assert.equal(out.count, 1);
  assert.equal(camera.project(new Float32Array(15), BOX, out).count, 5);
});

test('a rotation stays of length one through many turns', () => {
  const camera = new Camera();
  for (let k = 0; k < 2000; k += 1) camera.turn(3, 5);
  assert.ok(Math.abs(Math.hypot(...camera.rotation) - 1) < 1e-9);
  near(normalize([0, 0, 0, 5]), identity());
});

test('one point, or none, is no trouble', () => {
  const camera = new Camera();
  camera.fit([]);
  assert.equal(camera.reach, 1);
  camera.fit([3, 3, 3]);
  near(camera.centre, [3, 3, 3]);
  assert.equal(camera.at([3, 3, 3], BOX).x, BOX.x + BOX.width / 2);
});

test('an approached cloud stays in its box, margins too, and looks larger than a fitted one', () => {
  const points = [0, 0, 3, 0, 0, -3, 1, 0.5, 0, -1, -0.5, 0.2];
  for (const turn of [identity(), about([1, 0, 0], Math.PI / 2), about([1, 2, 0.5], 1)]) {
    const [camera, fitted] = [new Camera(), new Camera()];
    camera.rotation = turn;
    fitted.rotation = turn;
    camera.zoom = 2;
    approach(camera, points, BOX, 0.2);
    fitted.fit(points, 0.2);
    assert.equal(camera.zoom, 2);
    assert.ok(camera.pixels(BOX) >= fitted.pixels(BOX), 'it stands no further away');
    camera.zoom = 1;
    const seen = camera.project(points, BOX);
    for (let i = 0; i < seen.count; i += 1) {
      const around = 0.2 * (seen.scale[i] ?? 0);
      assert.ok(Math.abs((seen.x[i] ?? 0) - 420) + around < 401 && Math.abs((seen.y[i] ?? 0) - 310) + around < 301);
    }
  }
});
