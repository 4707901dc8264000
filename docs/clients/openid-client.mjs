// An app with openid-client 6: discovery, code flow with PKCE, state and iss; then refresh, introspection, revocation.
//
//   npm install openid-client
//   ISSUER=… CLIENT_ID=… CLIENT_SECRET=… REDIRECT_URI=http://127.0.0.1:3000/callback node openid-client.mjs
//
// Without CLIENT_SECRET it is a public client, as a program on people's own machines is.
import { once } from 'node:events'
import { createServer } from 'node:http'
import * as client from 'openid-client'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI } = process.env
const print = (line) => console.log(JSON.stringify(line)) // Tokens too, to show them: a real app never prints one.

const issuer = new URL(ISSUER)
const config = await client.discovery(issuer, CLIENT_ID, CLIENT_SECRET, undefined, {
  algorithm: 'oauth2', // the metadata of RFC 8414, not of OpenID Connect
  // Only for a server on this very machine: without TLS everybody on the way reads the tokens.
  execute: issuer.protocol === 'http:' ? [client.allowInsecureRequests] : [],
})

// Both belong to this one attempt; a web app keeps them in the person's session.
const pkceCodeVerifier = client.randomPKCECodeVerifier()
const expectedState = client.randomState()
const url = client.buildAuthorizationUrl(config, {
  redirect_uri: REDIRECT_URI,
  scope: 'analytics.read posts.write reviews.read',
  state: expectedState,
  code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
  code_challenge_method: 'S256',
})

const { hostname, port, pathname } = new URL(REDIRECT_URI)
const server = createServer().listen(Number(port), hostname)
await once(server, 'listening')
print({ open: url.href })

let callback
do {
  const [request, response] = await once(server, 'request')
  callback = new URL(request.url, REDIRECT_URI)
  response.setHeader('connection', 'close').end('You may go back to the app.')
} while (callback.pathname !== pathname)
server.close()

// Throws if state or iss (RFC 9207) is not what it must be, or if the person refused.
const tokens = await client.authorizationCodeGrant(config, callback, { pkceCodeVerifier, expectedState })
print({ tokens })

// A refresh token works once: keep the new one before you use anything else.
const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token)
print({ refreshed })
print({ introspected: await client.tokenIntrospection(config, refreshed.access_token) })

console.error('Enter disconnects.')
await once(process.stdin, 'data')
await client.tokenRevocation(config, refreshed.refresh_token) // and with it the whole grant
print({ revoked: true })
process.exit()
