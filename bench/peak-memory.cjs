'use strict'
// Loaded into a command under measurement: writes the process's largest resident set, in KiB.

const { appendFileSync, readFileSync } = require('node:fs')

const file = process.env.PEAK_MEMORY_FILE
if (file) process.on('exit', () => appendFileSync(file, `${peak()}\n`))

function peak() {
  try {
    // Not maxRSS where this exists: on Linux that remembers the process which started us.
    return /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]
  } catch {
    return process.resourceUsage().maxRSS
  }
}
