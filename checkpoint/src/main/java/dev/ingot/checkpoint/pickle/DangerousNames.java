package dev.ingot.checkpoint.pickle;

import dev.ingot.checkpoint.pickle.PickleValue.Global;
import java.util.Set;

/**
 * Names that no checkpoint needs and an attack does. Nothing is called here whatever its name; but who finds such a name has found a file that is meant
 * to run code in Python, and should know.
 */
final class DangerousNames {
    /** With every module in them. */
    private static final Set<String> PACKAGES = Set.of(
            "os",
            "posix",
            "nt",
            "posixpath",
            "ntpath",
            "subprocess",
            "sys",
            "shutil",
            "socket",
            "importlib",
            "ctypes",
            "_ctypes",
            "builtins",
            "__builtin__",
            "multiprocessing",
            "asyncio",
            "urllib",
            "http",
            "httplib",
            "requests",
            "pickle",
            "_pickle",
            "cloudpickle",
            "dill",
            "joblib",
            "distutils",
            "setuptools",
            "pip",
            "ensurepip",
            "torch.hub",
            "torch._inductor",
            "torch.utils.cpp_extension",
            "numpy.testing",
            "numpy.f2py",
            "numpy.distutils");

    /** By their whole name: somebody's own package may be called so too. */
    private static final Set<String> MODULES = Set.of(
            "runpy",
            "pty",
            "code",
            "codeop",
            "timeit",
            "pdb",
            "bdb",
            "cProfile",
            "profile",
            "trace",
            "commands",
            "webbrowser",
            "threading",
            "_thread",
            "ftplib",
            "smtplib",
            "telnetlib",
            "ssl",
            "tempfile",
            "marshal",
            "shelve",
            "zipimport",
            "pkgutil",
            "imp",
            "signal",
            "inspect",
            "linecache",
            "operator",
            "_operator",
            "types",
            "io",
            "_io",
            "torch.serialization");

    /** Of those modules, what data is written with. */
    private static final Set<String> HARMLESS = Set.of(
            "builtins.set",
            "builtins.frozenset",
            "builtins.list",
            "builtins.tuple",
            "builtins.dict",
            "builtins.bytearray",
            "builtins.bytes",
            "builtins.complex",
            "builtins.int",
            "builtins.float",
            "builtins.str",
            "builtins.bool",
            "builtins.object",
            "builtins.slice",
            "builtins.range",
            "builtins.getattr",
            "__builtin__.set",
            "__builtin__.frozenset",
            "__builtin__.bytearray",
            "__builtin__.object",
            "__builtin__.complex",
            "__builtin__.int",
            "__builtin__.long",
            "__builtin__.unicode",
            "__builtin__.slice",
            "__builtin__.xrange",
            "__builtin__.getattr",
            "types.SimpleNamespace",
            "_io.BytesIO",
            "io.BytesIO",
            "torch.serialization._get_layout");

    private DangerousNames() {}

    static boolean has(Global global) {
        if (HARMLESS.contains(global.qualified())) {
            return false;
        }
        return MODULES.contains(global.module()) || PACKAGES.stream().anyMatch(name -> isIn(global.module(), name));
    }

    private static boolean isIn(String module, String name) {
        return module.startsWith(name) && (module.length() == name.length() || module.charAt(name.length()) == '.');
    }
}
