'use strict'
// Becomes dist/sotto.cjs: checks the Node that runs it and starts the command line, which is one
// script beside it (scripts/cli-script.ts), with the code that V8 compiled for it before. It is a
// file of its own because an old Node must be able to parse it (so: the JavaScript of Node 12).
//
// Node's own compile cache is no help here: it keeps what is compiled when a file is loaded, and
// V8 compiles a function when it is first called. `secret get` calls 500, which took 15 ms. So the
// code is kept when the command ends, and by command, as each calls other functions.

var NEEDED = [24, 7]
var STALE_MS = 30 * 24 * 60 * 60 * 1000

var found = process.versions.node.split('.').map(Number)
if (found[0] < NEEDED[0] || (found[0] === NEEDED[0] && found[1] < NEEDED[1])) {
  process.stderr.write(
    'sotto: needs Node ' +
      NEEDED.join('.') +
      ' or newer, but ' +
      process.execPath +
      ' is ' +
      process.versions.node +
      '; install a newer Node and put it first on the PATH\n',
  )
  process.exit(1)
}

if (process.execArgv.indexOf('--disable-warning=ExperimentalWarning') === -1) {
  // Before 26 node:sqlite warns on every start. bin/sotto passes the flag where it knows the
  // Node; here it is somebody else's, started without.
  var emitWarning = process.emitWarning.bind(process)
  process.emitWarning = function (warning, options) {
    var type = typeof options === 'object' && options !== null ? options.type : options
    if (type !== 'ExperimentalWarning') emitWarning.apply(undefined, arguments)
  }
}

// A signal must not open a debugger's port in a process that holds secrets, nor a report of a crash
// list its environment. bin/sotto passes flags for both; a listener takes the signal from Node.
if (process.execArgv.indexOf('--disable-sigusr1') === -1) {
  if (process.platform !== 'win32') process.on('SIGUSR1', function () {})
  process.report.excludeEnv = true
}

var fs = require('node:fs')
var vm = require('node:vm')

start()

function start() {
  var file = __dirname + '/cli.cjs'
  var source = fs.readFileSync(file, 'latin1')
  var folder = cacheFolder(source.slice(1, 17))
  var cached = folder && findCached(folder)
  var script = new vm.Script(source, {
    filename: file,
    cachedData: cached,
    // A user's pipeline is imported as if the script were a module.
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  })
  var main = script.runInThisContext()(require, file, __dirname)
  // V8 rejects what another version or other flags made.
  var usable = cached !== undefined && !script.cachedDataRejected
  // As late as this, to be the last of those who listen.
  process.once('beforeExit', function () {
    process.on('exit', function (code) {
      // One that failed has not called what the command usually calls.
      if (folder !== undefined && !usable && code === 0 && main.command !== undefined)
        keep(script, folder, main.command)
      // At once: Node would take everything apart first, and close the store that we leave open on purpose.
      process.exit()
    })
  })
}

// Compiled code is code: the folder must be ours and closed to everybody else, or another
// user could put his own into our process. Whatever is in the way, we go on without a cache.
function cacheFolder(id) {
  var env = process.env
  var home = env.SOTTO_HOME
  var parent = home || env.XDG_CACHE_HOME || (env.HOME && env.HOME + '/.cache')
  if (!parent) return undefined
  var folder = parent + (home ? '/cache' : '/sotto')
  try {
    var found = fs.lstatSync(folder, { throwIfNoEntry: false })
    if (found === undefined) {
      // One level: whether the folder of SOTTO_HOME exists is for the program to say, and ~/.cache is mostly there. Not
      // recursive, which goes round for ever in /proc.
      if (!home && !fs.existsSync(parent)) fs.mkdirSync(parent, { mode: 0o700 })
      fs.mkdirSync(folder, { mode: 0o700 })
      found = fs.lstatSync(folder)
    }
    if (!found.isDirectory() || !closed(found)) return undefined
    // Who may write the folder above can put another one in its place at any time, unless it is sticky.
    var above = fs.statSync(parent)
    if ((above.mode & 0o022) !== 0 && (above.mode & 0o1000) === 0) return undefined
    return folder + '/cli-' + process.version + '-' + process.arch + '-' + id
  } catch {
    // A read-only or full disk: slower, not broken.
    return undefined
  }
}

function closed(stats) {
  return stats.uid === process.getuid() && (stats.mode & 0o077) === 0
}

// A command is one word or two. Which of them it is, nobody knows yet; the second one may be an argument.
function findCached(folder) {
  var words = process.argv.slice(2, 4)
  for (var count = words.length; count > 0; count--) {
    var name = words.slice(0, count).join(' ')
    if (!/^[a-z_-]+( [a-z_-]+)?$/.test(name)) continue
    var code = readClosed(folder + '/' + name)
    if (code !== undefined) return code
  }
  return undefined
}

/** The file itself is looked at, opened: no look at folders can be overtaken. */
function readClosed(path) {
  var descriptor
  try {
    descriptor = fs.openSync(path, fs.constants.O_RDONLY | fs.constants.O_NOFOLLOW)
  } catch {
    return undefined // not there yet
  }
  try {
    var stats = fs.fstatSync(descriptor)
    return stats.isFile() && closed(stats) ? fs.readFileSync(descriptor) : undefined
  } catch {
    return undefined
  } finally {
    fs.closeSync(descriptor)
  }
}

function keep(script, folder, command) {
  try {
    if (!fs.existsSync(folder)) {
      fs.mkdirSync(folder, { mode: 0o700 })
      removeStale(folder)
    }
    var temporary = folder + '/.' + process.pid
    // V8 looks at no checksum, so half a file must never get the name: fsync, then rename.
    var descriptor = fs.openSync(temporary, 'wx', 0o600)
    try {
      fs.writeFileSync(descriptor, script.createCachedData())
      fs.fsyncSync(descriptor)
    } finally {
      fs.closeSync(descriptor)
    }
    fs.renameSync(temporary, folder + '/' + command)
  } catch {
    // As above.
  }
}

/** What other versions left behind. One that is still in use makes its own again. */
function removeStale(folder) {
  var parent = folder.slice(0, folder.lastIndexOf('/'))
  fs.readdirSync(parent).forEach(function (name) {
    var path = parent + '/' + name
    if (name.startsWith('cli-') && Date.now() - fs.statSync(path).mtimeMs > STALE_MS)
      fs.rmSync(path, { recursive: true })
  })
}
