// @fastify/rate-limit with its memory store.
const fastify = require("fastify");
const { served, limit, window } = require("./common");

served(async (port) => {
  const app = fastify();
  await app.register(require("@fastify/rate-limit"), { max: limit, timeWindow: window });
  app.get("/", async () => "ok");
  await app.listen({ port, host: "127.0.0.1" });
});
