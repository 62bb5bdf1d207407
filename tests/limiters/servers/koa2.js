// koa2-ratelimit with its memory store.
const Koa = require("koa");
const { RateLimit } = require("koa2-ratelimit");
const { served, limit, window } = require("./common");

served(async (port) => {
  const app = new Koa();
  app.use(RateLimit.middleware({ interval: window, max: limit }));
  app.use((context) => {
    context.body = "ok";
  });
  return new Promise((done) => app.listen(port, "127.0.0.1", done));
});
