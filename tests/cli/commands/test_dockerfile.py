def test_the_files_are_listed_and_the_next_step_is_said(typed):
    answer = typed("dockerfile", "latest", "-o", "by-hand")
    assert (answer.code, answer.out) == (0, "Dockerfile\nREADME.md\n")
    assert "README.md" in answer.err
    assert typed.asked[2] == ("latest", typed.directory / "by-hand")


def test_the_directory_must_be_named(typed):
    answer = typed("dockerfile", "latest")
    assert answer.code == 2
    assert "--output" in answer.err
