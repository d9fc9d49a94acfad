// The health check of the container: 0 when the server on this machine answers. SOTTO_HEALTH_URL names another address,
// such as https://127.0.0.1:8420/healthz; its certificate is for the name that others use, so it is not looked at here.
'use strict'

const url = new URL(process.env.SOTTO_HEALTH_URL || 'http://127.0.0.1:8420/healthz')
const { get } = require(url.protocol === 'https:' ? 'node:https' : 'node:http')

const request = get(url, { rejectUnauthorized: false, timeout: 2000 }, (response) => {
  response.resume()
  process.exitCode = response.statusCode === 200 ? 0 : 1
})
request.on('timeout', () => request.destroy(new Error('no answer')))
request.on('error', (error) => {
  console.error(error.message)
  process.exitCode = 1
})
