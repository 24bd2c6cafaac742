"""Variables of the environment that look like settings: known, or named with a hint."""

from app.configuration import unknown_variables
from mmm.code_folder import CODE_DIR


def test_variables_that_the_code_reads_are_known() -> None:
    assert unknown_variables({"PRUDENT_PORT": "1", CODE_DIR: "/x", "PATH": "/bin"}) == []


def test_a_misspelt_setting_is_named_with_the_one_that_was_meant() -> None:
    (message,) = unknown_variables({"PRUDENT_PROT": "1"})
    assert message == "PRUDENT_PROT is not a setting; did you mean PRUDENT_PORT?"
