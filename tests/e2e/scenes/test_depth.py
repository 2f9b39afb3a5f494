"""The scene `depth` as it is seen: whom a tapped node hears, and the numbers beside the pictures."""

from __future__ import annotations

import networkx as nx
import pytest
import torch
from playwright.sync_api import Page, expect

from models.experiments.smoothing import effective_rank, hops, smoothed
from models.graphs.clouds import named_graph
from tests.e2e.hall import Hall, open_scene, until
from tests.e2e.seen import expect_drawn, shows

pytestmark = pytest.mark.browser


def test_the_numbers_on_stage_and_phone_are_those_of_models(hall: Hall, pages: tuple[Page, Page, Page]) -> None:
    control, stage, phone = pages
    open_scene(hall, control, "depth")
    graph = named_graph("karate")
    distance = hops(graph)
    node = int(distance.amax(dim=1).argmax())
    said = phone.locator("#inputs [role=status]")
    expect(said).to_contain_text(f"Node {node} hears 1 of 34 nodes")
    for _ in range(2):
        control.keyboard.press("PageDown")
    side = stage.locator(".surface-side")
    expect(side.locator("strong.number").first).to_have_text("0")
    beyond = int((distance[node] > 2).sum())
    expect(side.locator("[role=status]")).to_contain_text(f"{beyond} of 34 nodes lie beyond 2 hops")
    features = torch.randn(34, 16, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    rank = float(effective_rank(smoothed(graph, features, "S", 2)[2]))
    shown = side.locator("p", has_text="effective rank").locator("strong")
    until(stage, lambda: shows(shown.inner_text(), rank, 2), f"effective rank {rank}")
    expect_drawn(stage)
    expect_drawn(phone, "#picture")
    # By a key on the picture, another node; nothing is sent, and the stage stays.
    phone.locator("#picture canvas").press("ArrowRight")
    other = node + 1
    heard = len(nx.single_source_shortest_path_length(nx.karate_club_graph(), other, cutoff=2))
    expect(said).to_contain_text(f"Node {other} hears {heard} of 34 nodes after 2 rounds")
