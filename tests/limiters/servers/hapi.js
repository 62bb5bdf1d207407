// hapi-rate-limit with hapi's memory cache: so many requests for each address and path.
const Hapi = require("@hapi/hapi");
const { served, limit, window } = require("./common");

served(async (port) => {
  const server = Hapi.server({ port, host: "127.0.0.1" });
  await server.register({
    plugin: require("hapi-rate-limit"),
    options: { userLimit: false, pathLimit: limit, pathCache: { segment: "path", expiresIn: window } },
  });
  server.route({ method: "GET", path: "/", handler: () => "ok" });
  await server.start();
});
