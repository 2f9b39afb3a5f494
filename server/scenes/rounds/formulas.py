"""Algorithm 4 in LaTeX; each term has the colour it has in the picture, in the arithmetic and in the matrices."""

from __future__ import annotations

from server.room.scene import Formula

SELF, MESSAGES, BIAS, UPDATE = "#0072B2", "#D55E00", "#8A3FA0", "#009E73"


def _term(colour: str, latex: str) -> str:
    return rf"\textcolor{{{colour}}}{{{latex}}}"


def _update(own: str, messages: str) -> str:
    return "".join(
        (
            _term(UPDATE, r"\mathbf{h}_u^{(k+1)}") + " = " + _term(UPDATE, r"\sigma\bigl("),
            _term(SELF, own + r"\,\mathbf{h}_u^{(k)}") + r"\,+\,",
            _term(MESSAGES, messages + r"\,W_{\mathrm{neigh}}\,\mathbf{h}_v^{(k)}") + r"\,+\,",
            _term(BIAS, r"\mathbf{b}") + _term(UPDATE, r"\bigr)"),
        )
    )


_OWN, _NEIGHBORS = r"W_{\mathrm{self}}", r"_{v\in\mathcal{N}(u)}"
_WORDS = "The next features of node u are sigma of W self times its own features, plus {}, plus the bias b."

FORMULAS = {
    "sum": Formula(
        _update(_OWN, rf"\;\sum{_NEIGHBORS}"),
        _WORDS.format("the sum over its neighbors v of W neigh times their features"),
    ),
    "mean": Formula(
        _update(_OWN, rf"\frac{{1}}{{|\mathcal{{N}}(u)|}}\;\;\;\sum{_NEIGHBORS}"),
        _WORDS.format("the mean over its neighbors v of W neigh times their features"),
    ),
    "max": Formula(
        _update(_OWN, rf"\;\max{_NEIGHBORS}"),
        _WORDS.format("the largest, feature by feature, of W neigh times the features of its neighbors v"),
    ),
    "gcn": Formula(
        _update(
            r"\frac{1}{\tilde{d}_u}\,W_{\mathrm{neigh}}",
            rf"\;\sum{_NEIGHBORS}\,\frac{{1}}{{\sqrt{{\tilde{{d}}_u\tilde{{d}}_v}}}}",
        ),
        "The next features of node u are sigma of W neigh times its own features over its degree plus one, plus the "
        "sum over its neighbors v of W neigh times their features over the root of both degrees plus one, plus b.",
    ),
    "permutation": Formula(
        r"\lVert F(PX,\,PAP^{\top}) - P\,F(X,A)\rVert",
        "The norm of F of the shuffled graph minus the shuffled F of the graph.",
    ),
}
