"""What is said to people, in their language.

Files go in without a language, so that texts land where they are shown to all; and
`commerceml` knows no Odoo: it says what is wrong in English.
"""

from .commerceml import RefusedFile, Sentence, model


def speaking(env, backend=None):
    """The environment for sentences to people.

    :param env: that of an import is in no language
    :param b2b.1c.backend backend: whose people read it, where no import goes on
    :return: the environment in the language of who reads about the exchange
    """
    lang = env.context.get("b2b_1c_language")
    if backend and not lang:
        lang = backend._get_language()
    return env(context={**env.context, "lang": lang}) if lang else env


def say(env, error):
    """What is wrong, in the language of who reads it.

    :param error: an exception, a `model.Problem` or a text
    :rtype: str
    """
    if isinstance(error, RefusedFile):
        return _say_refusal(speaking(env), error)
    if isinstance(error, model.Problem):
        return _say_problem(speaking(env), error)
    if isinstance(error, Exception):
        error = error.args[0] if error.args else str(error)
    return _translate(speaking(env), error)


def _translate(env, text):
    if isinstance(text, Sentence):
        return env._(text.template, **text.values)
    return str(text)


def _say_refusal(env, error):
    place = error.place
    where = [
        place.line and env._("line %s", place.line),
        place.column and env._("column %s", place.column),
        place.offset and env._("byte %s", place.offset),
        place.path,
    ]
    where = ", ".join(filter(None, where))
    reason = _translate(env, error.reason)
    return f"{reason} ({where})" if where else reason


def _say_problem(env, problem):
    where = [
        problem.line and env._("line %s", problem.line),
        f"{problem.row} {problem.number}",
        problem.id,
    ]
    reason = _translate(env, problem.reason)
    parts = [", ".join(filter(None, where)), problem.path, reason]
    value = f" ({problem.value!r})" if problem.value else ""
    return ": ".join(filter(None, parts)) + value
