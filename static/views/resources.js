/** What the lecture's slides recommend to read and to watch: links that open by a tap alone, on the join and student pages. */

import { el } from '../core/element.js';

/** @type {readonly (readonly [string, string])[]} title and address */
export const RESOURCES = [
  ['A gentle introduction to graph neural networks (Distill)', 'https://distill.pub/2021/gnn-intro/'],
  ['Understanding convolutions on graphs (Distill)', 'https://distill.pub/2021/understanding-gnns/'],
  ['Graph convolutional networks, a blog post by T. Kipf', 'https://tkipf.github.io/graph-convolutional-networks/'],
  ['Kipf and Welling: semi-supervised classification with GCN', 'https://arxiv.org/abs/1609.02907'],
  ['Hamilton: Graph Representation Learning, the book', 'https://www.cs.mcgill.ca/~wlh/grl_book/'],
  ['Battaglia et al.: relational inductive biases', 'https://arxiv.org/abs/1806.01261'],
  ['Stanford CS224W: machine learning with graphs', 'https://web.stanford.edu/class/cs224w/'],
  ['Veličković: theoretical foundations of GNNs, a talk', 'https://www.youtube.com/watch?v=uF53xsT7mjc'],
  ['Bronstein: geometric deep learning, ICLR 2021 keynote', 'https://www.youtube.com/watch?v=w6Pw4MOzMuo'],
  ['Geometric deep learning: grids, groups, graphs, the proto-book', 'https://arxiv.org/abs/2104.13478'],
  ['geometricdeeplearning.com', 'https://geometricdeeplearning.com/'],
  ['Welling: a talk on graph networks', 'https://www.youtube.com/watch?v=hUrbS1BhBWc'],
  ['e3nn: Euclidean neural networks', 'https://e3nn.org/'],
  ['Jing et al.: geometric vector perceptrons', 'https://arxiv.org/abs/2009.01411'],
  ['White: deep learning for molecules and materials', 'https://dmol.pub/'],
  ['Barabási: Network Science, the book', 'http://networksciencebook.com/'],
  ['Easley and Kleinberg: Networks, Crowds, and Markets', 'https://www.cs.cornell.edu/home/kleinber/networks-book/'],
];

/** The links, folded. */
export function resourceList() {
  return el(
    'details',
    { class: 'resources' },
    el('summary', {}, 'To read and to watch'),
    el(
      'ul',
      {},
      ...RESOURCES.map(([title, href]) =>
        el('li', {}, el('a', { href, target: '_blank', rel: 'noopener noreferrer' }, title)),
      ),
    ),
  );
}
