"""Python 2 is read without a character lost."""

import libcst as cst
import pytest

from fakevirt.audit.python2 import disguise, undisguise

OLD = [
    "try:\n    f()\nexcept KeyError, e:\n    pass\n",
    "try:\n    f()\nexcept (KeyError, ValueError), e: g(a, b)\n",
    "raise exc_info[0], exc_info[1], exc_info[2]\n",
    "raise Error, 'a, b' % (c, d)\n",
    "print 'x', y\n",
    "print >>sys.stderr, 'x',\n",
    "print>>f, x; print\n",
    "if x: print not y\n",
    "print lambda a, b: a\n",
    "exec code in scope\n",
    "exec 'code'\n",
    "os.chmod(path, 0755)\n",
    "x = 10L + 0xFFL\n",
    "if a <> b: pass\n",
    "x = `a` + `b + c`\n",
    "x = u'a'  # print 'x'\nprint x\n",
    "'''doc\nprint 'x'\n'''\nprint 'y'\n",
    "class A:\n    def f(self):\n        raise A, \\\n            b\n",
    "print 'a'\r\nprint 'b'\r\n",
]


@pytest.mark.parametrize("text", OLD)
def test_it_is_disguised_as_python_3_and_comes_back_as_it_was(text):
    module = cst.parse_module(disguise(text))
    assert undisguise(module.code) == text
    assert module.code.count("\n") == text.count("\n")


@pytest.mark.parametrize(
    "text",
    [
        "print('x')\nprint(a, file=b)\n",
        "print = log.print\nprint.x = 1\n",
        "try:\n    pass\nexcept (A, B) as e:\n    raise C(d, e) from e\n",
        "x = 0\ny = 0.07\nz = 0o17\nc = 0xABCDEF\nd = 1e-05\n",
        "x = {'print': exec, 'a': lambda: print}\n",
        "x = a[1:2] if b else c\n",
        "async def f():\n    await g()\n",
        "x = 'it''s' \"a\\\"b\"\n",
    ],
)
def test_python_3_is_left_as_it_is(text):
    assert disguise(text) == text


def test_a_piece_that_was_moved_comes_back_too():
    assert undisguise("f(__py2_int_0755__)\nraise A@__py2_comma__@b\n") == "f(0755)\nraise A,b\n"


def test_a_text_that_looks_disguised_is_refused():
    with pytest.raises(ValueError, match="__py2_"):
        disguise("__py2_print__=1\nprint 'x'\n")
