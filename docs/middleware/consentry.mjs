// Node.js 18 or newer, no dependencies: a middleware for Express, Connect and node:http. It lets a request through only if Consentry
// says so within two seconds. `verify` is the address of /v1/verify, with ?resource= where there are several APIs.
const HANDED_ON = ["authorization", "x-api-key", "x-workspace-id", "origin", "x-forwarded-for"];

async function ask(verify, req) {
  const headers = new Headers({ "x-forwarded-method": req.method, "x-forwarded-uri": req.originalUrl ?? req.url });
  for (let at = 0; at < req.rawHeaders.length; at += 2) {
    const name = req.rawHeaders[at].toLowerCase();
    if (HANDED_ON.includes(name)) headers.append(name, req.rawHeaders[at + 1]);
  }
  headers.append("x-forwarded-for", req.socket.remoteAddress);
  // No redirect: a credential goes to Consentry and nowhere else.
  const told = await fetch(verify, { headers, redirect: "manual", signal: AbortSignal.timeout(2000) });
  return { status: told.status, headers: told.headers, body: Buffer.from(await told.arrayBuffer()) };
}

export function guard(verify) {
  return async (req, res, next) => {
    const { status, headers, body } = await ask(verify, req).catch(() => ({ status: 503, headers: new Headers(), body: "" }));
    if (status === 200 && headers.has("x-auth-subject")) {
      // What Consentry says of who calls, as `subject`: in no header that a request could bring along.
      const told = [...headers].filter(([name]) => name.startsWith("x-auth-"));
      req.caller = Object.fromEntries(told.map(([name, value]) => [name.slice("x-auth-".length), value]));
      return next();
    }
    res.statusCode = status < 400 ? 503 : status;
    for (const name of ["content-type", "www-authenticate", "retry-after"]) {
      if (headers.has(name)) res.setHeader(name, headers.get(name));
    }
    res.end(body);
  };
}
