// express-rate-limit with its memory store.
const express = require("express");
const { rateLimit } = require("express-rate-limit");
const { served, limit, window } = require("./common");

served(async (port) => {
  const app = express();
  app.use(rateLimit({ windowMs: window, limit, legacyHeaders: true, standardHeaders: false, validate: false }));
  app.get("/", (_, response) => response.send("ok"));
  return app.listen(port, "127.0.0.1");
});
