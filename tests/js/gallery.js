/** Each drawing with sample data, to look at: `?only=cloud` one alone, `?stage` in the stage's type, `?theme=dark`. */

import { Camera } from '../../static/draw/camera.js';
import { chartTable, histogram, lineChart } from '../../static/draw/chart.js';
import { Cloud } from '../../static/draw/cloud.js';
import { gaugeTable, paintGauge } from '../../static/draw/gauge.js';
import { legend } from '../../static/draw/legend.js';
import { Matrix } from '../../static/draw/matrix.js';
import { Network } from '../../static/draw/network.js';
import { tidy } from '../../static/draw/numbers.js';
import { orbit } from '../../static/draw/orbit.js';
import { diverging, viridis } from '../../static/draw/palette.js';
import { twin } from '../../static/draw/pane.js';
import { paintParticles } from '../../static/draw/particles.js';
import { surface } from '../../static/draw/surface.js';
import { showControls } from './gallery_controls.js';

/** @typedef {import('../../static/draw/surface.js').Surface} Surface */

const asked = new URLSearchParams(location.search);
const only = asked.get('only');
document.documentElement.dataset['theme'] = asked.get('theme') ?? 'light';
if (asked.has('stage')) document.body.classList.add('on-stage');
if (asked.has('stage')) document.body.style.setProperty('--unit', 'clamp(15px, 1.35vw + 0.25vh, 30px)');
if (only) document.body.classList.add('one');
if (asked.has('twin')) document.documentElement.classList.add('show-twin');

/** Numbers that are the same on every visit. @param {number} seed @returns {() => number} */
function random(seed) {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 4294967296;
    return state / 4294967296;
  };
}

/** @param {number} n @param {number} [near] */
function pointCloud(n, near = 3.9) {
  const next = random(7);
  const positions = new Float32Array(3 * n);
  for (let i = 0; i < n; i += 1) {
    const z = 1 - (2 * (i + 0.5)) / n;
    const angle = i * 2.39996;
    const r = Math.sqrt(1 - z * z) * (0.75 + 0.5 * next());
    positions.set([r * Math.cos(angle), z * (0.8 + 0.4 * next()), r * Math.sin(angle)], 3 * i);
  }
  /** @type {number[]} */
  const edges = [];
  const reach = near / Math.sqrt(n);
  for (let i = 0; i < n; i += 1) {
    for (let j = 0; j < i; j += 1) {
      const d = Math.hypot(...[0, 1, 2].map((k) => (positions[3 * i + k] ?? 0) - (positions[3 * j + k] ?? 0)));
      if (d < reach) edges.push(i, j);
    }
  }
  return { positions, edges, values: Float32Array.from({ length: n }, (_, i) => 0.5 + 0.5 * (positions[3 * i] ?? 0)) };
}

/** @param {string} name @param {(place: HTMLElement) => void} show */
function hang(name, show) {
  if (only && only !== name) return;
  const figure = document.createElement('figure');
  figure.className = 'card';
  const place = document.createElement('div');
  place.className = 'picture';
  const caption = document.createElement('figcaption');
  figure.append(place, caption);
  document.getElementById('wall')?.append(figure);
  show(place);
}

/** @param {HTMLElement} place @param {import('../../static/draw/legend.js').Key[]} keys */
function under(place, keys) {
  const caption = place.nextElementSibling;
  if (caption instanceof HTMLElement) legend(caption).show(keys);
}

/** @param {HTMLElement} place @param {string} label @param {(face: Surface) => void} draw */
const still = (place, label, draw) => surface(place, { label, draw });

hang('cloud', (place) => {
  const data = pointCloud(60);
  const cloud = new Cloud();
  const camera = new Camera();
  camera.fit(data.positions, 0.1);
  const arrows = data.positions.map((v, i) =>
    i % 3 === 1 ? v * 0.2 : -0.3 * (data.positions[i - (i % 3) + 2 - (i % 3)] ?? 0),
  );
  const face = surface(place, {
    label: 'Sixty nodes of a point cloud with arrows',
    focusable: true,
    draw: (f) =>
      cloud.paint(f, camera, {
        positions: data.positions,
        edges: data.edges,
        colour: (i) => viridis(data.values[i] ?? 0),
        arrows,
        own: 5,
      }),
  });
  orbit(face, camera, { tap: (point) => console.log('node', cloud.hit(point)) });
  under(place, [
    { kind: 'bar', lo: '0', hi: '1', text: 'feature' },
    { kind: 'arrow', role: 'arrow', text: 'output vector' },
    { kind: 'double', role: 'ink', text: 'you' },
  ]);
});

hang('ghosts', (place) => {
  const ethanol = [
    0, 0, 0, 1.5, 0, 0, 2.1, 1.3, 0, -0.4, 1, 0.2, -0.4, -0.5, 0.9, -0.4, -0.5, -0.9, 1.9, -0.5, 0.9, 1.9, -0.5, -0.9,
    3, 1.2, 0.3,
  ];
  const bonds = [0, 1, 1, 2, 0, 3, 0, 4, 0, 5, 1, 6, 1, 7, 2, 8];
  const moved = Float32Array.from(ethanol, (v, i) =>
    i % 3 === 0 ? v * 0.8 - 0.5 * (ethanol[i + 1] ?? 0) : i % 3 === 1 ? v * 0.8 + 0.5 * (ethanol[i - 1] ?? 0) : v + 0.2,
  );
  const cloud = new Cloud();
  const camera = new Camera();
  camera.fit([...ethanol, ...moved], 0.5);
  const shape = { positions: moved, edges: bonds };
  const face = surface(place, {
    label: 'A molecule and where it was',
    focusable: true,
    draw: (f) =>
      cloud.paint(f, camera, {
        ...shape,
        radius: 0.32,
        ghosts: { positions: ethanol, edges: bonds },
        highlighted: [0, 1, 3, 4, 5],
        chosen: 0,
        inside: (i) => ['C', 'C', 'O'][i] ?? 'H',
        colour: (i) => (i === 2 ? '#d55e00' : i < 2 ? '#56606f' : '#c9ced6'),
        sizeOf: (i) => (i < 3 ? 1 : 0.7),
      }),
  });
  orbit(face, camera);
  under(place, [
    { kind: 'ghost', role: 'quiet', text: 'before the rotation' },
    { kind: 'ring', role: 'message', text: 'neighbors' },
  ]);
});

const GRAPH = {
  positions: [0, 0, 1.2, 0.5, 0.9, -0.9, 2.3, -0.3, 2.2, 1.1, 3.4, 0.4, 3.3, -1.1, -1, 0.9],
  edges: [0, 1, 0, 2, 1, 2, 1, 3, 2, 3, 3, 4, 1, 4, 3, 5, 4, 5, 3, 6, 5, 6, 0, 7],
  values: [0.2, 1, 0.4, 2.5, 0.75, 1.8, 0, NaN],
};

hang('network', (place) => {
  const network = new Network();
  const began = performance.now();
  const fixed = asked.get('phase');
  const face = still(place, 'Graph of eight nodes with messages on their way', (f) => {
    const phase = fixed === null ? ((f.now - began) / 2000) % 1.3 : Number(fixed);
    network.paint(f, { ...GRAPH, chosen: 3, neighbors: [1, 2, 4, 5, 6], fadeOthers: true, own: 5, done: (i) => i < 3 });
    paintParticles(f, {
      edges: [1, 2, 4, 5, 6].map((i) => /** @type {const} */ ([i, 3])),
      phase,
      along: (i, j, t) => network.along(i, j, t),
      text: (e) => tidy(GRAPH.values[[1, 2, 4, 5, 6][e] ?? 0] ?? 0),
    });
  });
  if (fixed === null) face.animate(Infinity);
  twin(place, 'Values').table({
    columns: ['node', 'value'],
    rows: GRAPH.values.map((v, i) => [String(i + 1), tidy(v)]),
  });
  under(place, [
    { kind: 'ring', role: 'self', text: 'node' },
    { kind: 'ring', role: 'message', text: 'neighbors' },
    { kind: 'bar', lo: '0', hi: '2.5', text: 'value' },
  ]);
});

hang('directed', (place) => {
  const network = new Network();
  still(place, 'Directed graph', (f) =>
    network.paint(f, {
      positions: [0, 0, 1, 1, 2, 0, 1, -1],
      edges: [0, 1, 1, 0, 1, 2, 2, 3, 3, 0, 3, 1],
      directed: true,
      values: [-1.2, 0, 0.6, 2],
      signed: true,
    }),
  );
});

hang('crowd', (place) => {
  const { positions, edges, values } = pointCloud(200);
  const flat = Array.from({ length: 400 }, (_, k) => positions[3 * (k >> 1) + (k % 2)] ?? 0);
  const network = new Network();
  still(place, 'Two hundred nodes', (f) =>
    network.paint(f, { positions: flat, edges, values, inside: () => '', own: 17 }),
  );
});

hang('adjacency', (place) => {
  const n = 8;
  const values = new Float32Array(n * n);
  for (let e = 0; e < GRAPH.edges.length; e += 2) {
    const [i, j] = [GRAPH.edges[e] ?? 0, GRAPH.edges[e + 1] ?? 0];
    values[i * n + j] = 1;
    values[j * n + i] = 1;
  }
  const matrix = new Matrix();
  /** @type {import('../../static/draw/matrix.js').Cell} */
  let linked = { row: 3, column: 1 };
  const face = still(place, 'Adjacency matrix', (f) =>
    matrix.paint(f, { values, rows: n, columns: n, title: 'A', kind: 'adjacency', linked }),
  );
  face.canvas.addEventListener('pointermove', (event) => {
    linked = matrix.hit(face.point(event)) ?? linked;
    face.invalidate();
  });
});

hang('features', (place) => {
  const next = random(3);
  const values = Float32Array.from({ length: 24 }, () => Math.round(next() * 400 - 200) / 100);
  const matrix = new Matrix();
  still(place, 'Features', (f) =>
    matrix.paint(f, {
      values,
      rows: 6,
      columns: 4,
      title: 'H',
      signed: true,
      own: 2,
      rowsLit: [4],
      columnName: (j) => `h${'₁₂₃₄'[j]}`,
    }),
  );
});

hang('pixels', (place) => {
  const { edges } = pointCloud(150);
  const values = new Float32Array(150 * 150);
  for (let e = 0; e < edges.length; e += 2) {
    values[(edges[e] ?? 0) * 150 + (edges[e + 1] ?? 0)] = 1;
    values[(edges[e + 1] ?? 0) * 150 + (edges[e] ?? 0)] = 1;
  }
  const matrix = new Matrix();
  still(place, 'Adjacency matrix of 150 nodes', (f) =>
    matrix.paint(f, {
      values,
      rows: 150,
      columns: 150,
      title: 'A of 150 nodes',
      kind: 'adjacency',
      linked: { row: 40 },
    }),
  );
});

hang('gauge', (place) => {
  const data = {
    title: 'Relative error, 64 rotations',
    dtype: /** @type {const} */ ('float32'),
    rows: [
      { name: 'EGNN', mean: 2.5e-7, max: 4.1e-7 },
      { name: 'MLP', mean: 0.31, max: 0.82 },
      { name: 'augmented', mean: 4e-4, max: 2.2e-3 },
    ],
  };
  still(place, 'Equivariance error of three models', (f) => paintGauge(f, data));
  twin(place, 'Equivariance error').table(gaugeTable(data));
});

hang('chart', (place) => {
  const x = Float32Array.from({ length: 9 }, (_, k) => 32 * 2 ** k);
  const series = [
    { name: 'EGNN', x, y: x.map((v) => 3 * v ** -0.7), points: true },
    { name: 'MLP', x, y: x.map((v) => 1.3 * v ** -0.18), points: true },
    { name: 'augmented', x, y: x.map((v) => 1.6 * v ** -0.32), points: true },
  ];
  const data = { series, xName: 'training examples', yName: 'test error', xLog: true, yLog: true };
  still(place, 'Test error by training size', (f) => lineChart(f, data));
  twin(place, 'Test error').table(chartTable(data));
});

hang('loss', (place) => {
  const x = Array.from({ length: 150 }, (_, k) => k);
  const next = random(1);
  still(place, 'Energy', (f) =>
    lineChart(f, {
      title: 'Dirichlet energy',
      xName: 'round',
      yName: 'energy',
      cursor: 40,
      series: [
        { name: 'GCN', x, y: x.map((k) => 4 * Math.exp(-k / 22) + 0.04 * next()) },
        { name: 'residual', x, y: x.map((k) => 2.6 + 1.4 * Math.exp(-k / 9)) },
      ],
    }),
  );
});

hang('histogram', (place) => {
  still(place, 'Degrees', (f) =>
    histogram(f, {
      title: 'Degrees',
      xName: 'degree',
      yName: 'nodes',
      counts: [1, 4, 9, 14, 11, 6, 2, 1, 0, 1],
      lit: 3,
    }),
  );
});

hang('large', (place) => {
  const data = pointCloud(500, 6.6);
  document.body.dataset['sticks'] = String(data.edges.length / 2);
  const cloud = new Cloud();
  const camera = new Camera();
  camera.fit(data.positions, 0.1);
  let spent = 0;
  let frames = 0;
  const face = still(place, 'Five hundred nodes and about three thousand sticks', (f) => {
    const began = performance.now();
    camera.turn(2, 0);
    cloud.paint(f, camera, {
      positions: data.positions,
      edges: data.edges,
      colour: (i) => viridis(data.values[i] ?? 0),
      arrows: data.positions.map((v) => v * 0.1),
    });
    spent += performance.now() - began;
    frames += 1;
    document.body.dataset['milliseconds'] = (spent / frames).toFixed(1);
    document.body.dataset['frames'] = String(frames);
  });
  if (only) face.animate(Infinity);
});

hang('scales', (place) => {
  still(place, 'Colour scales', ({ ctx, width, height, theme }) => {
    for (let k = 0; k < 200; k += 1) {
      ctx.fillStyle = viridis(k / 199);
      ctx.fillRect((k * width) / 200, height * 0.1, width / 200 + 1, height * 0.35);
      ctx.fillStyle = diverging((2 * k) / 199 - 1, theme.dark);
      ctx.fillRect((k * width) / 200, height * 0.55, width / 200 + 1, height * 0.35);
    }
  });
});

if (!only) showControls();
