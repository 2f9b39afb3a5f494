/** Each mark of `draw/` with small data: what `pictures.test.js` compares with the SVG files of `pictures/`. */

import { paintBlocks, paintStrip } from '../../static/draw/blocks.js';
import { Board } from '../../static/draw/board.js';
import { about, Camera } from '../../static/draw/camera.js';
import { histogram, lineChart } from '../../static/draw/chart.js';
import { Cloud, ring } from '../../static/draw/cloud.js';
import { edgeList } from '../../static/draw/edgelist.js';
import { paintErrors } from '../../static/draw/errors.js';
import { facing } from '../../static/draw/facing.js';
import { paintGauge } from '../../static/draw/gauge.js';
import { globeCamera, paintArrows, paintGlobe } from '../../static/draw/globe.js';
import { Lobes } from '../../static/draw/lobes.js';
import { arrow, chip, roundBox, tick, write } from '../../static/draw/mark.js';
import { Matrix } from '../../static/draw/matrix.js';
import { Network } from '../../static/draw/network.js';
import { paintParticles } from '../../static/draw/particles.js';
import { Pen } from '../../static/draw/pen.js';
import { Sketch } from '../../static/draw/sketch.js';
import { paper, standIn } from './svg.js';

/** @typedef {import('../../static/draw/surface.js').Surface} Surface */

standIn();

const ETHANOL = [0, 0, 0, 1.5, 0, 0, 2.1, 1.3, 0, -0.4, 1, 0.2, -0.4, -0.5, 0.9, 3, 1.2, 0.3];
const BONDS = [0, 1, 1, 2, 0, 3, 0, 4, 2, 5];
const HOUSE = { positions: [-1, -1, 1, -1, 1, 0.6, -1, 0.6, 0, 1.6], edges: [0, 1, 1, 2, 2, 3, 3, 0, 2, 4, 3, 4] };

/** An octahedron, and a value at each of its corners. */
const CORNERS = [1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1, 0, 0, 0, 1, 0, 0, -1];
const FACES = [0, 2, 4, 2, 1, 4, 1, 3, 4, 3, 0, 4, 2, 0, 5, 1, 2, 5, 3, 1, 5, 0, 3, 5];

/** @param {(face: Surface) => void} draw @param {Parameters<typeof paper>[0]} [size] */
function on(draw, size) {
  return () => {
    const face = paper(size);
    draw(face);
    return face;
  };
}

/** @param {Surface} face */
function molecule(face) {
  const camera = new Camera();
  camera.rotation = about([1, 2, 0], 0.4);
  camera.fit(ETHANOL, 0.5);
  new Cloud().paint(face, camera, {
    positions: ETHANOL,
    edges: BONDS,
    colour: (i) => (i === 2 ? '#d55e00' : '#0072b2'),
    arrows: ETHANOL.map((v, k) => (k % 3 === 1 ? 0.4 : 0.1 * v)),
    ghosts: { positions: ETHANOL.map((v) => v + 0.3), edges: BONDS },
    inside: (i) => 'CCOHHH'[i] ?? '',
    label: (i) => (i === 2 ? 'oxygen' : ''),
    highlighted: [0, 1],
    fadeOthers: true,
    own: 3,
    chosen: 2,
  });
}

/** @param {Surface} face */
function graph(face) {
  new Network().paint(face, {
    ...HOUSE,
    values: [0.5, -1.25, NaN, 2, 0],
    signed: true,
    chosen: 4,
    neighbors: [2, 3],
    own: 0,
    done: (i) => i === 1,
  });
}

/** @param {Surface} face */
function gauge(face) {
  paintGauge(face, {
    title: 'Relative error, 64 rotations',
    dtype: 'float32',
    rows: [
      { name: 'EGNN', mean: 2.5e-7, max: 4.1e-7 },
      { name: 'MLP', mean: 0.31, max: 0.82 },
      { name: 'not measured', mean: NaN },
    ],
  });
}

/** @param {boolean} still */
function messages(still) {
  return on((face) => {
    const network = new Network();
    network.paint(face, { ...HOUSE, inside: () => '' });
    paintParticles(face, {
      edges: [
        [0, 1],
        [2, 4],
        [3, 4],
      ],
      phase: 0.45,
      along: (i, j, t) => network.along(i, j, t),
      stagger: 0.5,
      still,
      ...(still ? { text: (e) => `m${e}` } : {}),
    });
  });
}

/** @type {Record<string, () => Surface>} by the name of its file */
export const PICTURES = {
  mark: on((face) => {
    const { ctx, theme } = face;
    arrow(ctx, { x: 20, y: 30 }, { x: 200, y: 60 }, { colour: theme.arrow, width: 4 });
    arrow(ctx, { x: 20, y: 80 }, { x: 26, y: 80 }, { colour: theme.self, width: 4 });
    write(face, 'A & B < C', 100, 120, { align: 'left', weight: 700 });
    write(face, 'right', 400, 120, { align: 'right', colour: theme.quiet, halo: null, size: 20 });
    chip(face, '−0.25', 300, 50, { fill: theme.message });
    tick(ctx, 60, 180, 24, theme.total);
    ring(ctx, 140, 180, 20, theme.self, 3);
    roundBox(ctx, 200, 150, 120, 60, 12);
    ctx.stroke();
    roundBox(ctx, 350, 150, 20, 60, 40);
    ctx.fill();
  }),
  cloud: on(molecule),
  'cloud-dark': on(molecule, { dark: true }),
  network: on(graph),
  'network-dark': on(graph, { dark: true }),
  'network-directed': on((face) =>
    new Network().paint(face, {
      ...HOUSE,
      edges: [0, 1, 1, 0, 1, 2, 4, 3],
      directed: true,
      values: [1, 2, 3, 4, 5],
      edgeColour: (e) => (e === 2 ? '#d55e00' : null),
      id: (i) => 'abcde'[i] ?? '',
      fadeOthers: true,
      chosen: 1,
      neighbors: [0],
    }),
  ),
  'matrix-adjacency': on((face) =>
    new Matrix().paint(face, {
      values: [0, 1, 0, 1, 0, 1, 0, 1, 0],
      rows: 3,
      columns: 3,
      title: 'A',
      kind: 'adjacency',
      linked: { row: 1, column: 2 },
    }),
  ),
  'matrix-heat': on((face) =>
    new Matrix().paint(face, {
      values: [0.5, -1, 2, NaN, 0, 1.25],
      rows: 3,
      columns: 2,
      title: 'X',
      signed: true,
      own: 0,
      rowsLit: [2],
      columnName: (j) => `x${'₁₂'[j]}`,
    }),
  ),
  'matrix-pixels': on(
    (face) =>
      new Matrix().paint(face, {
        values: Array.from({ length: 1600 }, (_, k) => Number(k % 41 === 1 || k % 41 === 40)),
        rows: 40,
        columns: 40,
        title: 'A of a ring',
        kind: 'adjacency',
      }),
    { width: 240, height: 240 },
  ),
  edgelist: on((face) =>
    edgeList(face, { edges: [0, 1, 1, 2, 2, 0, 1, 0, 2, 1, 0, 2], title: 'edge_index', lit: [1, 2], most: 4 }),
  ),
  blocks: on((face) => {
    const values = Array.from({ length: 16 }, (_, k) => (k % 5 === 0 ? 1 : k === 6 || k === 9 ? -0.5 : 0));
    const name = (/** @type {number} */ block) => `l=${block}`;
    const { y, side } = paintBlocks(face, { values, sizes: [1, 3], title: 'D', name }, { ...face.box, width: 380 });
    paintStrip(face, { values: [0.2, -0.4, 0, 1], sizes: [1, 3], title: 'x' }, { x: 420, y }, side, 30);
  }),
  errors: on((face) =>
    paintErrors(face, {
      limits: { rounding: 1e-5, broken: 1e-2 },
      kinds: ['now', 'rotation', 'reflection'],
      now: [
        { output: 'scalars', error: 0, zone: 'rounding' },
        { output: 'vectors', error: 3e-7, zone: 'rounding' },
      ],
      rows: [
        { kind: 'rotation', output: 'scalars', mean: 2e-7, maximum: 9e-7, samples: 20, zone: 'rounding' },
        { kind: 'reflection', output: 'vectors', mean: 0.02, maximum: 0.9, samples: 20, zone: 'broken' },
      ],
    }),
  ),
  facing: on((face) =>
    facing(face, {
      values: [0.5, 1, 1.5],
      above: [2, 1, 3],
      below: [2, 2, 0],
      names: ['S', 'C'],
      colours: [face.theme.self, face.theme.message],
      title: 'Distances',
    }),
  ),
  gauge: on(gauge),
  'gauge-dark': on(gauge, { dark: true }),
  'chart-lines': on((face) =>
    lineChart(face, {
      series: [
        { name: 'EGNN', x: [10, 100, 1000], y: [0.3, 0.03, 0.003], points: true },
        { name: 'MLP', x: [10, 100, 1000], y: [0.5, 0, 0.3] },
      ],
      title: 'Test error',
      xName: 'examples',
      yName: 'error',
      xLog: true,
      yLog: true,
      cursor: 100,
    }),
  ),
  'chart-bars': on((face) =>
    histogram(face, { counts: [1, 4, 9, 0, 2], title: 'Degrees', xName: 'degree', yName: 'nodes', lit: 2 }),
  ),
  globe: on((face) => {
    const camera = globeCamera(new Camera());
    paintGlobe(face, camera, face.box);
    paintArrows(
      face,
      camera,
      [
        { tip: [0.8, 0.6, 0], colour: face.theme.total, name: 'v', held: true },
        { tip: [0, 0.6, 0.8], colour: face.theme.arrow, name: 'v × w', kind: 'axial' },
        { tip: [-0.6, 0, -0.8], colour: face.theme.quiet, kind: 'ghost' },
      ],
      face.box,
    );
  }),
  lobes: on((face) => {
    const camera = new Camera();
    camera.rotation = about([1, 1, 0], 0.7);
    camera.reach = 1.2;
    new Lobes(CORNERS, FACES).paint(face, camera, [0.9, 0.3, 0.7, -0.9, 0.2, -0.8], { size: 1 });
  }),
  sketch: on((face) => {
    const sketch = new Sketch({
      x: { title: 'examples', low: 10, high: 1000, scale: 'log' },
      y: { title: 'error', low: 0, high: 1 },
    });
    sketch.paint(face);
    face.ctx.clearRect(0, 0, face.width, face.height);
    sketch.put({ x: 100, y: 60 }, null);
    sketch.put({ x: 400, y: 220 }, { x: 100, y: 60 });
    sketch.cursor = 3;
    const lines = Array.from({ length: 32 }, (_, k) => (k < 16 ? 0.3 : 1 - k / 32));
    sketch.paint(face, { lines, curve: [10, 0.9, 100, 0.4, 1000, 0.1] });
  }),
  pen: on((face) => {
    const pen = new Pen();
    pen.begin({ x: 120, y: 80 }, face);
    pen.go({ x: 240, y: 160 }, face);
    pen.step('ArrowDown');
    pen.paint(face);
  }),
  board: on((face) =>
    new Board().paint(face, {
      positions: [-0.8, -0.8, 0.8, -0.5, 0, 0.8],
      pairs: [
        [0, 1],
        [1, 2],
      ],
      chosen: 2,
      lit: [0, 1],
    }),
  ),
  'board-empty': on((face) => new Board().paint(face, { positions: [], pairs: [], hint: 'Tap for a node' })),
  'messages-moving': messages(false),
  'messages-still': messages(true),
};
