"""Names that say nothing about a person: `amber-heron-41`."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection, insert, select

from autograder.gradebook.rows import inserted
from autograder.gradebook.tables import students

_COLOURS = """
amber apricot azure beige bronze cherry cobalt copper coral cream crimson cyan ebony emerald golden granite hazel
indigo ivory jade lemon lilac lime linen maroon mauve mint navy ochre olive opal orange pearl plum rose ruby russet
sable saffron sage sand scarlet sepia silver slate teal topaz umber violet walnut
"""
_ANIMALS = """
alpaca badger beaver bison bittern caribou cheetah condor cormorant crane curlew dolphin dormouse eagle egret falcon
ferret finch gazelle gecko gibbon grebe hare heron ibex ibis jackdaw jaguar kestrel kingfisher kite lapwing lark
lemur linnet lynx magpie marmot marten merlin moth newt nightjar ocelot oriole osprey otter owl panda petrel pipit
plover puffin puma quail raven robin salmon sandpiper seal siskin starling stoat stork swallow swan swift tapir tern
thrush toucan trout turtle vole wagtail walrus warbler weasel whale wolf wren yak zebra
"""


def pseudonym() -> str:
    """One of some 370 000, drawn without regard to whom it is for."""
    return f"{secrets.choice(_COLOURS.split())}-{secrets.choice(_ANIMALS.split())}-{secrets.randbelow(90) + 10}"


def new_student(connection: Connection) -> int:
    """A student nobody knows anything about yet: the id."""
    while True:
        name = pseudonym()
        if connection.execute(select(students.c.id).where(students.c.pseudonym == name)).first() is None:
            return inserted(connection, insert(students).values(pseudonym=name))
