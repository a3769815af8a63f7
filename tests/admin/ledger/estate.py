"""An estate as large as one machine reconciles, and applies that change a little of it."""

import base64
import hashlib
import random

from reconciler.model import Author, Begin, End, Kind, Owned, ResourceId

_WORDS = ("orders", "risk", "churn", "pricing", "ranking", "ingest", "export", "audit", "stock")


def a_version(seed: str) -> str:
    """What `auto` looks like."""
    return "a" + base64.b32encode(hashlib.sha256(seed.encode()).digest()).decode().lower()[:20]


def owned(kind: Kind, name: str, *, project: str = "shop", seed: str = "") -> Owned:
    """One owned thing; another seed is another version and content."""
    version = a_version(name + seed)
    digest = hashlib.sha256(f"{kind}{name}{seed}".encode()).digest()[:16]
    if kind is Kind.ACTIVATION:
        return Owned(ResourceId(kind, project, "production", name), active=version)
    return Owned(ResourceId(kind, project, "production", name, version), digest)


def names(count: int) -> list[tuple[Kind, str, str]]:
    """Kinds, projects and names of `count` things: as teams call them, not one like another."""
    rand = random.Random(4)
    found = []
    kinds = [Kind.TASK] * 4 + [Kind.WORKFLOW] * 2 + [Kind.LAUNCH_PLAN] * 2 + [Kind.ACTIVATION] * 2
    for number in range(count):
        words = ".".join(rand.choices(_WORDS, k=3))
        found.append((kinds[number % 10], f"team-{number % 40}", f"{words}.step_{number}"))
    return found


def estate(count: int) -> list[Owned]:
    return [owned(kind, name, project=project) for kind, project, name in names(count)]


def begin(*claims: Owned, lease: int = 900, actor: str = "alice") -> Begin:
    plan = hashlib.sha256(repr(claims).encode()).digest()
    author = Author(actor, "9fceb02d0ae598e95dc970b74767f19372d61af8", "https://ci.example/runs/4")
    return Begin("apply", plan, claims, author, lease, saved=True)


def end(begins: int, *gained: Owned) -> End:
    return End(begins, "apply", "alice", {"registered": len(gained)}, gained=gained)
