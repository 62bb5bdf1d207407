// rate-limiter-flexible in memory, behind express, with the headers of its README. STRATEGY: window, block or queue.
const express = require("express");
const { RateLimiterMemory } = require("rate-limiter-flexible");
const { served, limit, window } = require("./common");

served(async (port) => {
  const duration = window / 1000;
  const blockDuration = process.env.STRATEGY === "block" ? duration : 0;
  const limiter = new RateLimiterMemory({ points: limit, duration, blockDuration });
  const told = (state) => ({
    "Retry-After": state.msBeforeNext / 1000,
    "X-RateLimit-Limit": limit,
    "X-RateLimit-Remaining": state.remainingPoints,
    "X-RateLimit-Reset": Math.ceil((Date.now() + state.msBeforeNext) / 1000),
  });
  const app = express();
  app.use((request, response, next) => {
    limiter
      .consume(request.ip)
      .then((state) => {
        response.set(told(state));
        next();
      })
      .catch((state) => response.set(told(state)).status(429).send("Too Many Requests"));
  });
  app.get("/", (_, response) => response.send("ok"));
  return app.listen(port, "127.0.0.1");
});
