// @nestjs/throttler with its memory store: one limit, or two named ones (NAMED=2).
require("reflect-metadata");
const { Module, Controller, Get } = require("@nestjs/common");
const { NestFactory, APP_GUARD } = require("@nestjs/core");
const { ThrottlerModule, ThrottlerGuard } = require("@nestjs/throttler");
const { served, limit, window } = require("./common");

const throttlers =
  process.env.NAMED === "2"
    ? [
        { name: "short", ttl: window, limit },
        { name: "long", ttl: window * 60, limit: limit * 60 },
      ]
    : [{ ttl: window, limit }];

class Root {
  ok() {
    return "ok";
  }
}
Reflect.decorate([Get()], Root.prototype, "ok", Object.getOwnPropertyDescriptor(Root.prototype, "ok"));
Reflect.decorate([Controller()], Root);

class App {}
Reflect.decorate(
  [
    Module({
      imports: [ThrottlerModule.forRoot(throttlers)],
      controllers: [Root],
      providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
    }),
  ],
  App,
);

served(async (port) => {
  const app = await NestFactory.create(App, { logger: false });
  await app.listen(port, "127.0.0.1");
});
