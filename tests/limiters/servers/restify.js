// restify's own throttle plugin: a token bucket that refills steadily.
const restify = require("restify");
const { served, limit, window } = require("./common");

served(async (port) => {
  const server = restify.createServer();
  server.use(restify.plugins.throttle({ burst: limit, rate: limit / (window / 1000), ip: true, setHeaders: true }));
  server.get("/", (_, response, next) => {
    response.send("ok");
    next();
  });
  return new Promise((done) => server.listen(port, "127.0.0.1", done));
});
