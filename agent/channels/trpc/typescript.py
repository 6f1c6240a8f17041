"""Writes a router as TypeScript types, so that `createTRPCClient<AppRouter>()` checks calls."""

import hashlib
from collections.abc import Iterable, Mapping
from itertools import groupby

from agent.channels.trpc.procedures import Procedure, Router
from agent.channels.trpc.schemas import Direction, Schemas, schemas_of
from agent.channels.trpc.typescript_types import REFS, comment, declaration, key, type_of

_OURS = ("AppRouter", "ErrorShape", "Mutation", "Query", "Root", "Subscription", "Tracked")
_TYPESCRIPTS = (
    "Array AsyncIterable Boolean Date Error Function Map Number Object Partial Promise Record "
    "RegExp Set String Symbol"
)
"""Names that a model cannot have: its type would hide one that the file needs."""

_HELPERS: Mapping[str, str] = {
    "query": ("type Query<I, O> = TRPCQueryProcedure<{ input: I; output: O; meta: object }>;"),
    "mutation": (
        "type Mutation<I, O> = TRPCMutationProcedure<{ input: I; output: O; meta: object }>;"
    ),
    "subscription": (
        "type Subscription<I, O> = TRPCSubscriptionProcedure<{\n"
        "  input: I;\n"
        "  output: AsyncIterable<Tracked<O>, void, unknown>;\n"
        "  meta: object;\n"
        "}>;\n"
        "/** One value of a subscription; a client resumes after its id. */\n"
        "export interface Tracked<T> {\n  id: string;\n  data: T;\n}"
    ),
}

_ERROR_SHAPE = """\
/** Every error. `data.code` tells them apart; what else `data` has depends on the code. */
export type ErrorShape = TRPCDefaultErrorShape & {
  data: {
    /** What is wrong with each field of the input. */
    fields?: Record<string, string>;
    issues?: { path: (string | number)[]; message: string; code: string }[];
    /** Ways to go on that can be offered as buttons. */
    choices?: { label: string; tool: string | null; args: Record<string, unknown> }[];
    /** What changed since the preview. */
    moved?: { label: string; before: string; after: string }[];
    /** Seconds. */
    retryAfter?: number;
    /** What to quote when reporting an error that is nobody's fault but ours. */
    reference?: string;
  };
};

interface Root {
  ctx: object;
  meta: object;
  errorShape: ErrorShape;
  transformer: false;
}"""


def export_router(router: Router) -> str:
    """The router as `app-router.ts`. Raises ValueError for a model whose name is taken.

    A `.ts` file is the better one to hand out: mistakes in a `.d.ts` are silent under
    `skipLibCheck`, and turn the whole client into `any`.
    """
    return _with_header(_content(router))


def export_declarations(router: Router) -> str:
    """The router as `app-router.d.ts`: the same, with its helpers kept private."""
    return _with_header(_content(router) + "\nexport {};\n")


def _with_header(content: str) -> str:
    digest = hashlib.sha256(content.encode()).hexdigest()[:16]
    header = (
        "// Generated from the server's router; do not edit. Needs @trpc/server >= 11.4.0.\n"
        f"// Content hash: {digest}\n\n"
    )
    return header + content


def _content(router: Router) -> str:
    schemas = schemas_of(router, refs=REFS)
    _check_names(schemas.named)
    kinds = [kind for kind in _HELPERS if any(p.kind == kind for p in router.values())]
    models = [declaration(name, schema) for name, schema in schemas.named.items()]
    parts = [
        _imports(kinds),
        *models,
        _ERROR_SHAPE,
        "\n".join(_HELPERS[kind] for kind in kinds),
        f"export type AppRouter = TRPCBuiltRouter<Root, {_branch(router.values(), schemas)}>;",
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _check_names(names: Iterable[str]) -> None:
    for name in names:
        if name in _OURS or name in _TYPESCRIPTS.split() or name.startswith("TRPC"):
            raise ValueError(f"Rename the model {name}: the generated file needs that name.")
        if key(name) != name:
            raise ValueError(f"Rename the model {name}: TypeScript cannot spell it.")


def _imports(kinds: list[str]) -> str:
    procedures = [f"TRPC{kind.capitalize()}Procedure" for kind in kinds]
    names = sorted(["TRPCBuiltRouter", "TRPCDefaultErrorShape", *procedures])
    lines = "".join(f"  {name},\n" for name in names)
    return f"import type {{\n{lines}}} from '@trpc/server';"


def _branch(
    procedures: Iterable[Procedure], schemas: Schemas, *, prefix: str = "", depth: int = 0
) -> str:
    """The nested object that dotted paths stand for; `procedures` come in the order of paths."""
    indent = "  " * (depth + 1)
    written: list[str] = []
    for name, found in groupby(procedures, key=lambda p: p.path[len(prefix) :].split(".")[0]):
        members = list(found)
        if members[0].path == prefix + name:
            line = f"{indent}{key(name)}: {_procedure(members[0], schemas)};"
            written.append(comment(members[0].summary, indent) + line)
        else:
            inner = _branch(members, schemas, prefix=f"{prefix}{name}.", depth=depth + 1)
            written.append(f"{indent}{key(name)}: {inner};")
    return "\n".join(["{", *written, "  " * depth + "}"])


def _procedure(procedure: Procedure, schemas: Schemas) -> str:
    given = _typed(procedure, "input", schemas)
    if procedure.without_input is not None:
        given += " | void"
    return f"{procedure.kind.capitalize()}<{given}, {_typed(procedure, 'output', schemas)}>"


def _typed(procedure: Procedure, direction: Direction, schemas: Schemas) -> str:
    schema = schemas.of.get((procedure.path, direction))
    if schema is not None:
        return type_of(schema)
    # An input of `void` may be left out; the client turns an output of `void` into `never`.
    return "void" if direction == "input" else "undefined"
