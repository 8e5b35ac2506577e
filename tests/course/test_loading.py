"""Every way in which an assignment's files can disagree gives one finding with file, line and next step."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from autograder.course.findings import CourseError
from autograder.course.loading import find_course, list_assignments, load_assignment

ASSIGNMENT = "assignments/scale/assignment.yaml"
RUBRIC = "rubrics/scale.yaml"
SOURCE = "assignments/scale/source.ipynb"
HIDDEN = "assignments/scale/tests/hidden"


def findings(course: Path) -> list[str]:
    with pytest.raises(CourseError) as caught:
        load_assignment(course, "scale")
    return [str(finding) for finding in caught.value.findings]


def replace(course: Path, file: str, old: str, new: str) -> None:
    path = course / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def edit_cell(course: Path, cell_id: str, change: Callable[[dict], None]) -> None:
    path = course / SOURCE
    tree = json.loads(path.read_text())
    change(next(cell for cell in tree["cells"] if cell["id"] == cell_id))
    path.write_text(json.dumps(tree))


def test_a_sound_assignment_loads(tiny: Path) -> None:
    loaded = load_assignment(tiny, "scale")
    assert loaded.slug == "scale"
    assert loaded.assignment.question("standardise").targets == ("standardise",)
    assert [c.points for c in loaded.rubric.criteria] == [30, 10, 20, 20, 20]
    assert list_assignments(tiny) == ["scale"]


def test_a_course_is_found_from_inside(tiny: Path) -> None:
    assert find_course(tiny / "assignments" / "scale") == tiny.resolve()


def test_outside_a_course(tmp_path: Path) -> None:
    with pytest.raises(CourseError) as caught:
        find_course(tmp_path)
    assert str(caught.value) == (
        f"{tmp_path} is not inside a course: "
        "neither it nor a folder above it holds assignments/ and rubrics/. "
        "Change into the course, or name it with --course; gradus init FOLDER makes one."
    )


@pytest.mark.parametrize(
    ("slug", "answer"),
    [
        ("scael", 'Did you mean "scale"?'),
        ("transformer", "It has scale."),
        ("../scale", 'Did you mean "scale"?'),
    ],
)
def test_unknown_slug(tiny: Path, slug: str, answer: str) -> None:
    with pytest.raises(CourseError) as caught:
        load_assignment(tiny, slug)
    assert str(caught.value) == f'There is no assignment "{slug}" in {tiny}. {answer}'


def test_course_without_assignments(tmp_path: Path) -> None:
    with pytest.raises(CourseError) as caught:
        load_assignment(tmp_path, "lstm")
    assert str(caught.value) == (
        f'There is no assignment "lstm" in {tmp_path}. It has none yet: '
        "an assignment is a folder assignments/<slug>/ with an assignment.yaml."
    )


YAML = [
    (
        ASSIGNMENT,
        "title: Standardise and scale",
        "titel: Standardise and scale",
        [
            f'{ASSIGNMENT}, line 1: "title" is missing. Add "title: …" here.',
            f'{ASSIGNMENT}, line 2: unknown key "titel". Did you mean "title"?',
        ],
    ),
    (
        ASSIGNMENT,
        "    banned: [layer_norm]",
        "    colour: red",
        [f'{ASSIGNMENT}, line 11: unknown key "colour". The keys known here are id, title, targets, banned.'],
    ),
    (
        ASSIGNMENT,
        "title: Standardise and scale",
        "title: Standardise and scale\nlimits: {memory: 1000}",
        [f'{ASSIGNMENT}, line 3: unknown key "memory". Did you mean "memory_mb"?'],
    ),
    (
        ASSIGNMENT,
        "targets: [standardise]",
        "targets: standardise",
        [f'{ASSIGNMENT}, line 10: questions[1].targets should be a list. It is "standardise" now.'],
    ),
    (
        ASSIGNMENT,
        "id: why,",
        "id: Why?,",
        [f"{ASSIGNMENT}, line 13: questions[3].id should match pattern '^[a-z][a-z0-9_]*$'. It is \"Why?\" now."],
    ),
    (
        ASSIGNMENT,
        "title: Standardise and scale",
        "title: Standardise and scale\ntitle: Again",
        [
            f'{ASSIGNMENT}, line 3: this is not YAML: found duplicate key "title" with value "Again" '
            '(original value: "Standardise and scale"). Check indentation, quotes and brackets there.'
        ],
    ),
    (
        ASSIGNMENT,
        "targets: [standardise]",
        "targets: [standardise",
        [
            f"{ASSIGNMENT}, line 11: this is not YAML: expected ',' or ']', but got ':'. "
            "Check indentation, quotes and brackets there."
        ],
    ),
    (
        RUBRIC,
        "points: 30}",
        'points: "30"}',
        [f'{RUBRIC}, line 4: criteria[1].points should be a valid number. It is "30" now.'],
    ),
    (
        RUBRIC,
        "points: 30}",
        "points: -1}",
        [f"{RUBRIC}, line 4: criteria[1].points should be greater than 0. It is -1 now."],
    ),
    (
        RUBRIC,
        "points: 30}",
        "points: .inf}",
        [f"{RUBRIC}, line 4: criteria[1].points should be a finite number. "],
    ),
    (
        RUBRIC,
        "points: 30}",
        "points: 31}",
        [
            f"{RUBRIC}, line 2: the criteria sum to 101 points, the rubric promises 100. "
            "Change the criteria or this total."
        ],
    ),
    (
        RUBRIC,
        "id: standardise.stable",
        "id: standardise.values",
        [
            f'{RUBRIC}, line 5: two criteria have the id "standardise.values". Rename one of them.',
            f"{HIDDEN}/test_standardise.py, line 20: test_rows_far_from_zero names an unknown criterion "
            f'"standardise.stable". Correct it, or add the criterion to {RUBRIC}.',
        ],
    ),
    (
        RUBRIC,
        "question: why",
        "question: whence",
        [
            f'{RUBRIC}, line 13: the criterion "why.reason" names an unknown question "whence". '
            "The questions are standardise, affine, why.",
            f'{ASSIGNMENT}, line 13: no criterion pays for the question "why". Add one to {RUBRIC}.',
        ],
    ),
    (
        RUBRIC,
        "assignment: scale",
        "assignment: scales",
        [f'{RUBRIC}, line 1: the rubric is for "scales", the file is named for "scale". Make them the same.'],
    ),
    (
        RUBRIC,
        "points: 20, text",
        "points: 19, text",
        [
            f'{RUBRIC}, line 17: the highest level of "why.reason" pays 19 of its 20 points. '
            "Make the highest level pay all of them."
        ],
    ),
    (
        RUBRIC,
        "    kind: ta\n",
        "",
        [
            f'{RUBRIC}, line 16: "why.reason" is decided by tests and has levels, which only a TA reads. '
            'Remove the levels, or say "kind: ta".',
            f'{RUBRIC}, line 12: no hidden test decides the criterion "why.reason". '
            'Write one with @criterion("why.reason"), or say "kind: ta".',
        ],
    ),
    (
        ASSIGNMENT,
        "slug: scale",
        "slug: scales",
        [f'{ASSIGNMENT}, line 1: the slug is "scales", the folder is called "scale". Make them the same.'],
    ),
    (
        ASSIGNMENT,
        "targets: [Affine]",
        "targets: [standardise]",
        [
            f'{ASSIGNMENT}, line 12: the target "standardise" belongs to the questions '
            '"standardise" and "affine". '
            "Leave it in one of them.",
            f'{ASSIGNMENT}, line 12: the target "standardise" of "affine" stands in cell 4, '
            'which answers "standardise". Correct the grade_id or the question.',
        ],
    ),
    (
        ASSIGNMENT,
        "targets: [Affine]",
        "targets: [Affine, Afine]",
        [
            f'{ASSIGNMENT}, line 12: no solution cell of source.ipynb defines the target "Afine". '
            "Define it there, or remove it here."
        ],
    ),
    (
        ASSIGNMENT,
        "targets: [Affine]",
        "targets: [Affine, EPS]",
        [
            f'{ASSIGNMENT}, line 12: the target "EPS" stands in cell 2, which students get as it is. '
            "Move it into a solution cell."
        ],
    ),
    (
        ASSIGNMENT,
        "targets: [Affine]",
        'targets: [Affine, "Affine(d)"]',
        [
            f'{ASSIGNMENT}, line 12: the target "Affine(d)" is not a Python name. '
            "Name a function or class as the module defines it.",
            f'{ASSIGNMENT}, line 12: no solution cell of source.ipynb defines the target "Affine(d)". '
            "Define it there, or remove it here.",
        ],
    ),
    (
        ASSIGNMENT,
        "  - data/heights.txt",
        "  - data/heights.txt\n  - data/heights.txt\n  - data/weights.txt\n  - ../secret.txt\n  - README.md",
        [
            f'{ASSIGNMENT}, line 7: "data/heights.txt" is listed twice. Remove one of the lines.',
            f'{ASSIGNMENT}, line 8: the file "data/weights.txt" is missing from assignments/scale/. '
            "Add it, or remove this line.",
            f'{ASSIGNMENT}, line 9: "../secret.txt" leads out of the assignment\'s folder. '
            "Name a file in the assignment's folder, with / between folders.",
            f'{ASSIGNMENT}, line 10: "README.md" would take the place of a file that release generates. '
            "Rename it, or put it into data/.",
        ],
    ),
    (
        ASSIGNMENT,
        "scaffold: scaffold.py",
        "scaffold: given.py",
        [f'{ASSIGNMENT}, line 4: the file "given.py" is missing from assignments/scale/. Add it, or remove this line.'],
    ),
    (
        ASSIGNMENT,
        "module: scale",
        "module: scale\nartifacts: [{name: a.safetensors, question: wy}, {name: a.safetensors, question: why}]",
        [
            f'{ASSIGNMENT}, line 4: two artifacts are called "a.safetensors". Rename or remove one of them.',
            f'{ASSIGNMENT}, line 4: the artifact "a.safetensors" names an unknown question "wy". '
            "The questions are standardise, affine, why.",
        ],
    ),
    (
        f"{HIDDEN}/test_affine.py",
        '@criterion("affine.values")\n',
        "",
        [
            f"{HIDDEN}/test_affine.py, line 13: test_values decides no criterion. "
            'Put @criterion("<id of the rubric>") above it.',
            f'{RUBRIC}, line 6: no hidden test decides the criterion "affine.values". '
            'Write one with @criterion("affine.values"), or say "kind: ta".',
        ],
    ),
    (
        f"{HIDDEN}/test_affine.py",
        '@criterion("affine.values")',
        '@criterion("why.reason")',
        [
            f'{HIDDEN}/test_affine.py, line 13: test_values names the criterion "why.reason", '
            "which a TA decides. "
            f'Say "kind: tests" in {RUBRIC}, or name another one.',
            f'{RUBRIC}, line 6: no hidden test decides the criterion "affine.values". '
            'Write one with @criterion("affine.values"), or say "kind: ta".',
        ],
    ),
    (
        f"{HIDDEN}/test_affine.py",
        "def test_values():",
        "def test_values()",
        [f"{HIDDEN}/test_affine.py, line 14: this is not Python: expected ':'. Correct the test."],
    ),
]


@pytest.mark.parametrize(("file", "old", "new", "expected"), YAML)
def test_each_defect_is_one_finding(tiny: Path, file: str, old: str, new: str, expected: list[str]) -> None:
    replace(tiny, file, old, new)
    found = findings(tiny)
    assert [f[: len(e)] if e.endswith(" ") else f for f, e in zip(found, expected, strict=True)] == expected


def test_all_defects_come_at_once(tiny: Path) -> None:
    replace(tiny, ASSIGNMENT, "scaffold: scaffold.py", "scaffold: given.py")
    replace(tiny, RUBRIC, "points: 100", "points: 90")
    replace(tiny, f"{HIDDEN}/test_affine.py", '@criterion("affine.values")', '@criterion("affine.value")')
    assert len(findings(tiny)) == 4


def test_missing_files(tiny: Path) -> None:
    (tiny / RUBRIC).unlink()
    (tiny / SOURCE).unlink()
    assert findings(tiny) == [
        f"{RUBRIC}: the file is missing. Create it, or rename the one that is meant.",
        f"{SOURCE}: the file is missing. Create the source notebook.",
    ]


def test_empty_yaml(tiny: Path) -> None:
    (tiny / RUBRIC).write_text("")
    assert findings(tiny) == [
        f'{RUBRIC}, line 1: the file holds no keys. Write "key: value" lines, beginning in column 1.'
    ]


def test_no_hidden_tests(tiny: Path) -> None:
    for file in (tiny / HIDDEN).glob("*.py"):
        file.unlink()
    assert findings(tiny) == [f"{HIDDEN}: there are no hidden tests. Begin one: gradus new-test scale QUESTION NAME"]


def test_two_questions_with_one_id(tiny: Path) -> None:
    replace(tiny, ASSIGNMENT, "id: why,", "id: affine,")
    assert f'{ASSIGNMENT}, line 13: two questions have the id "affine". Rename one of them.' in findings(tiny)


def test_source_that_is_no_notebook(tiny: Path) -> None:
    (tiny / SOURCE).write_text("x = 1")
    assert findings(tiny) == [
        f"{SOURCE}: this is not a notebook: the text is not JSON. Open it in Jupyter, save it, and use that file."
    ]


def test_cell_that_is_not_python(tiny: Path) -> None:
    edit_cell(tiny, "imports", lambda cell: cell.update(source="#| export\nimport torch as"))
    assert findings(tiny) == [
        f"{SOURCE}: cell 2, line 2: this is not Python: invalid syntax. "
        "Correct it: this cell belongs to the graded module."
    ]


def test_solution_cell_without_a_grade_id(tiny: Path) -> None:
    edit_cell(tiny, "why", lambda cell: cell["metadata"]["nbgrader"].pop("grade_id"))
    assert findings(tiny)[0] == (
        f"{SOURCE}: cell 9 is a solution cell without a grade_id. "
        "Give it the id of its question, in the nbgrader metadata."
    )


def test_grade_id_of_no_question(tiny: Path) -> None:
    edit_cell(tiny, "why", lambda cell: cell["metadata"]["nbgrader"].update(grade_id="wy"))
    assert findings(tiny) == [
        f'{SOURCE}: the grade_id of cell 9 names an unknown question "wy". The questions are standardise, affine, why.',
        f'{ASSIGNMENT}, line 13: source.ipynb has no cell where the question "why" is answered. '
        'Mark one with nbgrader metadata "solution: true" and the grade_id "why".',
    ]


def test_grade_id_twice(tiny: Path) -> None:
    edit_cell(tiny, "why", lambda cell: cell["metadata"]["nbgrader"].update(grade_id="affine"))
    assert findings(tiny)[0] == (
        f'{SOURCE}: cell 9 repeats the grade_id "affine". Number the cells of a question: "affine-2".'
    )


def test_numbered_cells_belong_to_one_question(tiny: Path) -> None:
    edit_cell(tiny, "why", lambda cell: cell["metadata"]["nbgrader"].update(grade_id="why-2"))
    load_assignment(tiny, "scale")
