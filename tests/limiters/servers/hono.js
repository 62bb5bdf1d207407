// hono-rate-limiter with its memory store. STRATEGY: the draft whose headers it sends.
const { Hono } = require("hono");
const { serve } = require("@hono/node-server");
const { rateLimiter } = require("hono-rate-limiter");
const { served, limit, window } = require("./common");

served(async (port) => {
  const app = new Hono();
  const standardHeaders = process.env.STRATEGY || "draft-6";
  app.use(rateLimiter({ windowMs: window, limit, standardHeaders, keyGenerator: () => "everybody" }));
  app.get("/", (context) => context.text("ok"));
  return new Promise((done) => serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, done));
});
