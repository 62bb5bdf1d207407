// @fastify/rate-limit with its memory store. STRATEGY: draft for the headers of the IETF draft.
const fastify = require("fastify");
const { served, limit, window } = require("./common");

served(async (port) => {
  const app = fastify();
  const enableDraftSpec = process.env.STRATEGY === "draft";
  await app.register(require("@fastify/rate-limit"), { max: limit, timeWindow: window, enableDraftSpec });
  app.get("/", async () => "ok");
  await app.listen({ port, host: "127.0.0.1" });
});
