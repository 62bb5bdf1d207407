// koa-ratelimit with its memory driver.
const Koa = require("koa");
const ratelimit = require("koa-ratelimit");
const { served, limit, window } = require("./common");

served(async (port) => {
  const app = new Koa();
  app.use(ratelimit({ driver: "memory", db: new Map(), duration: window, max: limit, id: (context) => context.ip }));
  app.use((context) => {
    context.body = "ok";
  });
  return new Promise((done) => app.listen(port, "127.0.0.1", done));
});
