// express-rate-limit with its memory store. STRATEGY: legacy headers, or the draft whose headers it sends.
const express = require("express");
const { rateLimit } = require("express-rate-limit");
const { served, limit, window } = require("./common");

served(async (port) => {
  const app = express();
  const draft = process.env.STRATEGY && process.env.STRATEGY !== "legacy" ? process.env.STRATEGY : false;
  app.use(rateLimit({ windowMs: window, limit, legacyHeaders: !draft, standardHeaders: draft, validate: false }));
  app.get("/", (_, response) => response.send("ok"));
  return app.listen(port, "127.0.0.1");
});
