"""The exported router, judged by the TypeScript compiler."""

import re
from pathlib import Path

import pytest

from agent.channels.trpc.procedures import Router, query
from agent.channels.trpc.typescript import export_declarations, export_router
from agent.channels.trpc.wire import Wire
from tests.channels.trpc.example import library, ping
from tests.trpc_client.harness import NodeClient

HEAD = """\
import { createTRPCClient, httpLink, TRPCClientError } from '@trpc/client';
import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import type { AppRouter } from './app-router';
export const client = createTRPCClient<AppRouter>({ links: [httpLink({ url: '/trpc' })] });
export type In = inferRouterInputs<AppRouter>;
export type Out = inferRouterOutputs<AppRouter>;
export const failed = new TRPCClientError<AppRouter>('x');
type Asks<A> = <T>() => T extends A ? 1 : 2;
type Same<A, B> = Asks<A> extends Asks<B> ? true : false;
export const sure = <T extends true>(): T | void => undefined;
export const anyOf = <T>(value: T): T => value;
"""

RIGHT = """\
sure<Same<Out['ping'], string>>();
sure<Same<In['ping'], void>>();
sure<Same<Out['books']['forget'], undefined>>();
sure<Same<Out['books']['lend']['due'], string>>();
sure<Same<Out['books']['lend']['book']['genre'], 'novel' | 'verse'>>();
type Find = { titlePart?: string | null; genre?: 'novel' | 'verse' | null };
sure<Same<In['books']['find'], Find | void>>();
export const pong: string = await client.ping.query();
export const all: string[] = (await client.books.find.query()).map((book) => book.title);
await client.books.find.query({ titlePart: 'em', genre: null });
export const until: string | null = (await client.books.get.query({ id: 1 })).lentUntil;
await client.books.lend.mutate({ bookId: 1, days: 3, toWhom: 'Bo' });
await client.books.forget.mutate({ id: 1 });
client.ticks.count.subscribe({ upTo: 3 }, {
  onData: ({ id, data }) =>
    anyOf<string | number>(data.kind === 'tick' ? `${id} ${data.number}` : data.totalTicks),
});
anyOf<string | undefined>(failed.data?.fields?.title);
anyOf<string | undefined>(failed.data?.moved?.[0]?.before);
anyOf<number | undefined>(failed.data?.retryAfter);
anyOf<string | undefined>(failed.data?.choices?.[0]?.label);
"""

WRONG = """\
await client.books.get.query({ id: '1' });
await client.books.get.query({ id: 1, tenant: 'other' });
await client.books.get.query();
await client.books.get.mutate({ id: 1 });
await client.books.lend.query({ bookId: 1, days: 3, toWhom: 'Bo' });
await client.books.lend.mutate({ book_id: 1, days: 3, toWhom: 'Bo' });
await client.books.burn.mutate({ id: 1 });
await client.ping.query({ loud: true });
(await client.books.get.query({ id: 1 })).price;
anyOf<number>((await client.books.get.query({ id: 1 })).title);
await client.books.find.query({ genre: 'poem' });
client.ticks.count.subscribe({ upTo: 'three' }, {});
client.ticks.count.subscribe({ upTo: 3 }, { onData: ({ data }) => data.totalTicks });
anyOf<string | undefined>(failed.data?.retryAfter);
"""


def complaints_about(node: NodeClient, folder: Path, router: str, program: str) -> list[str]:
    (folder / "app-router.ts").write_text(router)
    (folder / "program.ts").write_text(HEAD + program)
    return node.compile(folder)


def test_a_right_program_compiles(node_client: NodeClient, tmp_path: Path) -> None:
    complaints = complaints_about(node_client, tmp_path, export_router(library()), RIGHT)

    assert complaints == []


def test_every_wrong_call_is_refused(node_client: NodeClient, tmp_path: Path) -> None:
    complaints = complaints_about(node_client, tmp_path, export_router(library()), WRONG)

    refused = {int(match[1]) for c in complaints if (match := re.match(r"program.ts\((\d+)", c))}
    first = len(HEAD.splitlines()) + 1
    assert refused == set(range(first, first + len(WRONG.splitlines())))


def test_declarations_are_the_same_types(node_client: NodeClient, tmp_path: Path) -> None:
    (tmp_path / "app-router.d.ts").write_text(export_declarations(library()))
    (tmp_path / "program.ts").write_text(HEAD + RIGHT)

    assert node_client.compile(tmp_path) == []


def test_the_export_is_the_same_for_the_same_router() -> None:
    assert export_router(library()) == export_router(library())


def test_the_hash_in_the_header_changes_with_the_content() -> None:
    bigger = library(query("books.count", ping, output=int, summary="How many"))

    def digest(text: str) -> str:
        return text.splitlines()[1]

    assert digest(export_router(library())).startswith("// Content hash: ")
    assert digest(export_router(library())) != digest(export_router(bigger))


def test_helpers_without_a_use_are_left_out() -> None:
    exported = export_router(Router([query("ping", ping, output=str, summary="Says pong")]))

    assert "Subscription" not in exported
    assert "Mutation" not in exported


def test_a_model_cannot_take_a_name_that_the_file_needs() -> None:
    class Record(Wire):
        a: int

    router = Router([query("a", ping, output=Record, summary="")])

    with pytest.raises(ValueError, match="Rename the model Record"):
        export_router(router)


def test_two_models_cannot_share_a_name() -> None:
    def another() -> type[Wire]:
        class Book(Wire):
            other: int

        return Book

    router = library(query("a", ping, output=another(), summary=""))

    with pytest.raises(ValueError, match="Two models are called Book"):
        export_router(router)


def test_a_model_that_differs_in_and_out_gets_two_names(tmp_path: Path) -> None:
    class Shelf(Wire):
        name: str
        floor: int = 0

    exported = export_router(Router([query("a", ping, input=Shelf, output=Shelf, summary="")]))

    assert "export interface ShelfInput {\n  name: string;\n  floor?: number;\n}" in exported
    assert "export interface ShelfOutput {\n  name: string;\n  floor: number;\n}" in exported
    assert "a: Query<ShelfInput, ShelfOutput>;" in exported


def test_a_comment_cannot_be_closed_by_its_text() -> None:
    exported = export_router(Router([query("a", ping, output=str, summary="*/ alert(1) /*")]))

    assert "/** *\\/ alert(1) /* */" in exported
