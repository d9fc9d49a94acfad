// The least that node:http can do: a constant answer. The reference of the server's figures.
'use strict'
const { createServer } = require('node:http')
const body = JSON.stringify({
  secrets: [{ name: 'read_1', values: { password: { encoding: 'utf8', data: 'value 1' } } }],
})
const server = createServer((request, response) => {
  request.resume()
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': body.length })
  response.end(body)
})
server.listen(0, '127.0.0.1', () => process.stderr.write(`"url":"http://127.0.0.1:${server.address().port}"\n`))
