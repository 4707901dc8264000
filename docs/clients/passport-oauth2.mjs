// A web app with passport-oauth2 on Express: code flow with PKCE and state; then refresh.
//
//   npm install express express-session passport passport-oauth2
//   ISSUER=… CLIENT_ID=… CLIENT_SECRET=… REDIRECT_URI=http://127.0.0.1:3000/callback node passport-oauth2.mjs
import { randomBytes } from 'node:crypto'
import express from 'express'
import session from 'express-session'
import passport from 'passport'
import OAuth2Strategy from 'passport-oauth2'

const { ISSUER, CLIENT_ID, CLIENT_SECRET, REDIRECT_URI } = process.env
const print = (line) => console.log(JSON.stringify(line)) // Tokens too, to show them: a real app never prints one.

const strategy = new OAuth2Strategy(
  {
    authorizationURL: `${ISSUER}/oauth/authorize`,
    tokenURL: `${ISSUER}/oauth/token`,
    clientID: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    callbackURL: REDIRECT_URI,
    scope: ['analytics.read', 'posts.write', 'reviews.read'],
    state: true, // kept in the session; without it anybody can make your users connect a stranger's account
    pkce: true,
  },
  // `params` is the rest of the answer: which workspace was connected, and what was granted.
  (accessToken, refreshToken, params, profile, done) => done(null, { ...params, refresh_token: refreshToken }),
)
passport.use(strategy)

const app = express()
const cookie = { sameSite: 'lax', secure: 'auto' }
app.use(session({ secret: randomBytes(32).toString('hex'), resave: false, saveUninitialized: false, cookie }))

app.get('/connect', passport.authenticate('oauth2'))

// passport-oauth2 does not look at `iss` (RFC 9207), which matters to an app that talks to several servers.
const fromOurServer = (request, response, next) =>
  next(request.query.iss === ISSUER ? undefined : new Error('this answer is not from our authorization server'))

const connected = passport.authenticate('oauth2', { session: false, failWithError: true })
app.get(new URL(REDIRECT_URI).pathname, fromOurServer, connected, (request, response) => {
  request.session.tokens = request.user
  print({ tokens: request.user })
  response.send('Connected. <a href="/refresh">Refresh</a>')
})

app.get('/refresh', (request, response, next) => {
  const old = request.session.tokens?.refresh_token
  // What passport-oauth2-refresh does too: the strategy's own client, with the other grant type.
  strategy._oauth2.getOAuthAccessToken(old, { grant_type: 'refresh_token' }, (error, accessToken, refreshToken, params) => {
    if (error) return next(new Error(error.data))
    const refreshed = (request.session.tokens = { ...params, refresh_token: refreshToken }) // the old one is spent now
    print({ refreshed })
    response.send('Refreshed.')
  })
})

app.use((error, request, response, next) => {
  print({ refused: error.message })
  response.status(error.status ?? 500).type('text').send(error.message)
})

const { hostname, port, origin } = new URL(REDIRECT_URI)
app.listen(Number(port), hostname, (error) => {
  if (error) throw error
  print({ open: `${origin}/connect` })
})
