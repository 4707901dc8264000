// A small API behind the documented middleware. Prints where it answers, and answers who calls.
import { createServer } from "node:http";

const { guard } = await import(process.env.MIDDLEWARE);
const guarded = guard(process.env.VERIFY);
const server = createServer((req, res) => guarded(req, res, () => {
  const { subject, workspace, role, scope } = req.caller;
  res.end(JSON.stringify({ subject, workspace, role, scope }));
}));
server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ open: server.address().port })));
