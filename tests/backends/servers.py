"""Servers for as long as a test: those of Debian, on a free port, in a folder of their own, never as root."""

import abc
import contextlib
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import amqp
from sqlalchemy import NullPool, create_engine
from sqlalchemy.exc import SQLAlchemyError

#: How long a server may take to answer, in seconds.
PATIENCE = 60


class Server(abc.ABC):
    """A server within a ``with`` block.

    Attributes:
        folder: Where its data and its log are.
        port: Where it listens.
    """

    #: What a connection raises while nothing answers.
    no_answer: tuple[type[Exception], ...] | type[Exception]

    def __enter__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="fakevirt-server-"))
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody", "nogroup")
        self.port = free_port()
        self.create()
        self.start()
        return self

    def __exit__(self, *_):
        self.kill()
        shutil.rmtree(self.folder)

    @abc.abstractmethod
    def create(self):
        """Create the data."""

    @property
    @abc.abstractmethod
    def command(self):
        """What runs the server in the foreground."""

    @property
    def environment(self):
        """What the server finds in its environment besides."""
        return {}

    @abc.abstractmethod
    def connect(self):
        """Connect once; one of the errors of ``no_answer`` unless it answers."""

    def start(self):
        """Start the server, and wait until it answers."""
        end = time.monotonic() + PATIENCE
        self._process = self._spawn(self.command)
        while True:
            try:
                self.connect()
            except self.no_answer:
                if time.monotonic() > end:
                    raise
                if self._process.poll() is not None:
                    # What is left of one that was killed keeps the data locked for a moment.
                    self.kill()
                    self._process = self._spawn(self.command)
                time.sleep(0.1)
            else:
                return

    def kill(self):
        """Kill the server, which has no time to say good-bye."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def run(self, *command):
        """Run a command as who the server runs as."""
        ended = self._spawn(command)
        assert ended.wait() == 0, (self.folder / "log").read_text()

    def _spawn(self, command):
        owner = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        with (self.folder / "log").open("a") as log:
            return subprocess.Popen(
                [found(command[0]), *map(str, command[1:])],
                cwd=self.folder,
                # MariaDB removes what another one of the same temporary folder has there.
                env={"HOME": str(self.folder), "TMPDIR": str(self.folder), "PATH": os.defpath, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **owner,
            )


class DatabaseServer(Server):
    """A server of databases."""

    no_answer = SQLAlchemyError
    #: A database that is there from the start.
    first = ""

    @abc.abstractmethod
    def url(self, database):
        """Return SQLAlchemy's URL of a database."""

    def connect(self):
        create_engine(self.url(self.first), poolclass=NullPool).connect().close()


class PostgreSQL(DatabaseServer):
    first = "postgres"

    def create(self):
        options = ["--username", "fakevirt", "--auth", "trust", "--encoding", "UTF8", "--no-locale", "--no-sync"]
        self.run("initdb", "--pgdata", "data", *options)

    @property
    def command(self):
        # Nobody wants the data back after a power failure, only after a kill.
        options = ["listen_addresses=127.0.0.1", "fsync=off", "full_page_writes=off"]
        sets = [part for option in options for part in ("-c", option)]
        return ["postgres", "-D", "data", "-p", self.port, "-k", self.folder, *sets]

    def url(self, database):
        return f"postgresql+psycopg://fakevirt:secret@127.0.0.1:{self.port}/{database}"


class MariaDB(DatabaseServer):
    def create(self):
        self.run("mariadb-install-db", "--no-defaults", f"--datadir={self.folder}/data", "--skip-test-db")
        who = "fakevirt@localhost IDENTIFIED BY 'secret'"
        (self.folder / "start.sql").write_text(f"CREATE OR REPLACE USER {who};\nGRANT ALL ON *.* TO {who};\n")

    @property
    def command(self):
        return [
            "mariadbd",
            "--no-defaults",
            f"--datadir={self.folder}/data",
            f"--socket={self.folder}/socket",
            f"--port={self.port}",
            "--bind-address=127.0.0.1",
            f"--init-file={self.folder}/start.sql",
            "--innodb-flush-log-at-trx-commit=2",
        ]

    def url(self, database):
        return f"mysql+pymysql://fakevirt:secret@127.0.0.1:{self.port}/{database}"


class RabbitMQ(Server):
    """A broker."""

    no_answer = (OSError, amqp.AMQPError)

    def create(self):
        (self.folder / "rabbitmq.conf").write_text(
            f"listeners.tcp.1 = 127.0.0.1:{self.port}\ndefault_user = fakevirt\ndefault_pass = secret\n"
        )
        (self.folder / "plugins").write_text("[].\n")

    @property
    def command(self):
        # Erlang's port mapper would be started as a daemon, which outlives the broker: here it is in its process group.
        return ["sh", "-c", "epmd -address 127.0.0.1 & exec /usr/lib/rabbitmq/bin/rabbitmq-server"]

    @property
    def environment(self):
        return {
            "ERL_EPMD_PORT": str(free_port()),
            "RABBITMQ_CONFIG_FILE": str(self.folder / "rabbitmq.conf"),
            "RABBITMQ_DIST_PORT": str(free_port()),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self.folder / "plugins"),
            "RABBITMQ_LOG_BASE": str(self.folder),
            "RABBITMQ_LOGS": "-",
            "RABBITMQ_MNESIA_BASE": str(self.folder / "data"),
            "RABBITMQ_NODENAME": f"{self.folder.name}@localhost",
        }

    @property
    def url(self):
        """The address that oslo.messaging takes."""
        return f"rabbit://fakevirt:secret@127.0.0.1:{self.port}/"

    def connect(self):
        with amqp.Connection(f"127.0.0.1:{self.port}", userid="fakevirt", password="secret"):
            pass


def free_port():
    """Return a port that nobody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def found(program):
    """Return where a program is: Debian keeps those of PostgreSQL and of servers off the PATH."""
    folders = [*sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True), "/usr/sbin", "/usr/bin"]
    path = shutil.which(program, path=os.pathsep.join([*folders, os.environ.get("PATH", "")]))
    if path is None:
        raise FileNotFoundError(
            f"{program}: install postgresql, mariadb-server and rabbitmq-server; as root, make test-backends does"
        )
    return path
