'use strict'
// Becomes dist/sotto.cjs: checks the Node that runs it, turns V8's compile cache on and loads
// the bundle. It is a file of its own for two reasons: an old Node must be able to parse it
// (so: the JavaScript of Node 12), and only what is loaded after the cache is on is cached.

var NEEDED = [24, 7]

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
  var emitWarning = process.emitWarning
  process.emitWarning = function (warning, options) {
    var type = typeof options === 'object' && options !== null ? options.type : options
    if (type !== 'ExperimentalWarning') emitWarning.apply(process, arguments)
  }
}

enableCompileCache()
require('./cli.cjs')

// Compiled code is code: the folder must be ours and closed to everybody else, or another
// user could put his own into our process. Whatever is in the way, we go on without a cache.
function enableCompileCache() {
  var fs = require('node:fs')
  var env = process.env
  var home = env.SOTTO_HOME
  var parent = home || env.XDG_CACHE_HOME || (env.HOME && env.HOME + '/.cache')
  if (!parent) return
  var folder = parent + (home ? '/cache' : '/sotto')
  try {
    var found = fs.lstatSync(folder, { throwIfNoEntry: false })
    if (found === undefined) {
      // Not recursive under SOTTO_HOME: whether that folder exists is for the program to say.
      fs.mkdirSync(folder, { recursive: !home, mode: 0o700 })
      found = fs.lstatSync(folder)
    }
    if (!found.isDirectory() || found.uid !== process.getuid() || (found.mode & 0o077) !== 0) return
    require('node:module').enableCompileCache(folder)
  } catch (error) {
    // A read-only or full disk: slower, not broken.
    void error
  }
}
