/**
 * Variables that decide what code a program loads, which program is found, or how Sotto opens its store. The keys of a
 * secret become variables by their names, so whoever may add a key to the secret `node` could otherwise run code in every
 * program that is given it, by `NODE_OPTIONS`. The list follows what sudo, glibc and the dynamic loaders distrust, and the
 * interpreters that pipelines run.
 */
const prefixes = ['LD_', 'DYLD_', 'BASH_FUNC_', 'GIT_CONFIG', 'NPM_CONFIG_', 'SOTTO_']

/** What a shell runs, and where programs and their settings are found. */
const shells = `PATH HOME SHELL IFS ENV BASH_ENV BASHOPTS SHELLOPTS PS4 PROMPT_COMMAND ZDOTDIR CDPATH
  XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_CACHE_HOME XDG_RUNTIME_DIR`
/** What the C library and OpenSSL load, and how names are looked up. */
const libraries = `GCONV_PATH GETCONF_DIR GLIBC_TUNABLES HOSTALIASES LOCALDOMAIN LOCPATH MALLOC_TRACE NLSPATH RES_OPTIONS
  RESOLV_HOST_CONF TZDIR TERMINFO TERMINFO_DIRS TERMCAP OPENSSL_CONF OPENSSL_ENGINES OPENSSL_MODULES`
const interpreters = `NODE_OPTIONS NODE_PATH NODE_REPL_EXTERNAL_MODULE BUN_OPTIONS DENO_DIR PYTHONPATH PYTHONHOME
  PYTHONSTARTUP PYTHONUSERBASE PYTHONBREAKPOINT PYTHONPLATLIBDIR PYTHONEXECUTABLE PYTHONINSPECT PERL5LIB PERLLIB PERL5OPT
  PERL5DB RUBYLIB RUBYOPT PHPRC PHP_INI_SCAN_DIR LUA_INIT LUA_PATH LUA_CPATH R_PROFILE R_PROFILE_USER R_ENVIRON
  R_ENVIRON_USER R_LIBS JULIA_LOAD_PATH JULIA_DEPOT_PATH CLASSPATH JAVA_TOOL_OPTIONS JDK_JAVA_OPTIONS _JAVA_OPTIONS
  DOTNET_STARTUP_HOOKS CORECLR_PROFILER_PATH COR_PROFILER_PATH`
/** Programs that other programs start. */
const helpers = `GIT_SSH GIT_SSH_COMMAND GIT_ASKPASS GIT_EXTERNAL_DIFF GIT_PAGER GIT_EDITOR GIT_SEQUENCE_EDITOR
  GIT_PROXY_COMMAND GIT_EXEC_PATH GIT_TEMPLATE_DIR SSH_ASKPASS SUDO_ASKPASS PAGER EDITOR VISUAL BROWSER LESSOPEN LESSCLOSE
  MAKEFLAGS`

const names: ReadonlySet<string> = new Set([shells, libraries, interpreters, helpers].join(' ').split(/\s+/))

/** May this variable be set only by whoever types the command? Names as POSIX has them: npm reads its own in lower case too. */
export function isSteeringVariable(name: string): boolean {
  const upper = name.toUpperCase()
  return names.has(upper) || prefixes.some((prefix) => upper.startsWith(prefix))
}
