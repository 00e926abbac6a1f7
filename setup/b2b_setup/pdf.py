# License LGPL-3.0 or later (https://www.gnu.org/licenses/lgpl).
"""wkhtmltopdf with the patched Qt, which alone prints headers and footers of a PDF."""

import os
import platform
import shutil
import subprocess

from . import debian
from .console import say
from .paths import folder

# Shared libraries and a font, for machines that have none (servers, containers).
LIBRARIES = [
    "libbrotli1",
    "libbsd0",
    "libexpat1",
    "libfontconfig1",
    "libfreetype6",
    "libmd0",
    "libpng16-16",
    "libx11-6",
    "libxau6",
    "libxcb1",
    "libxdmcp6",
    "libxext6",
    "libxrender1",
    "fontconfig-config",
    "fonts-dejavu-core",
]


def ensure(environment):
    """Returns a folder for PATH that holds `wkhtmltopdf`, or None if none is to be had.

    `environment` is the folder of the Python environment, which brought the program.
    """
    program = environment / "bin" / "wkhtmltopdf-pack"
    if not program.exists():
        if not shutil.which("wkhtmltopdf"):
            say(
                f"No wkhtmltopdf for {platform.machine()} in the package index: "
                "install one with the patched Qt; until then Odoo prints no PDF"
            )
        return None
    tools = environment / "tools"
    wrapper = tools / "wkhtmltopdf"
    if not wrapper.exists():
        tools.mkdir(exist_ok=True)
        private = folder("libraries")
        lines = ["#!/bin/sh"]
        if not _runs(program):
            debian.unpack(debian.fetch("bookworm", LIBRARIES), private)
            found = next(private.glob("usr/lib/*-linux-gnu"))
            lines.append(f'export LD_LIBRARY_PATH="{found}"')
            lines.append(f'export FONTCONFIG_FILE="{_font_configuration(private)}"')
        lines.append(f'exec "{program}" "$@"')
        partial = tools / "wkhtmltopdf.partial"
        partial.write_text("\n".join(lines) + "\n", encoding="utf-8")
        partial.chmod(0o755)
        os.replace(partial, wrapper)
    return tools


def _runs(program):
    """Whether the program finds its libraries and a font on this machine."""
    started = subprocess.run([program, "--version"], capture_output=True)
    return started.returncode == 0 and os.path.isdir("/usr/share/fonts/truetype")


def _font_configuration(private):
    """A font configuration that names the private fonts and the machine's own."""
    path = private / "fonts.conf"
    path.write_text(
        "<?xml version='1.0'?>\n<!DOCTYPE fontconfig SYSTEM 'fonts.dtd'>\n"
        "<fontconfig>\n"
        f"<dir>{private}/usr/share/fonts</dir>\n<dir>/usr/share/fonts</dir>\n"
        "<dir prefix='xdg'>fonts</dir>\n"
        f"<cachedir>{private}/fontconfig</cachedir>\n</fontconfig>\n",
        encoding="utf-8",
    )
    return path
