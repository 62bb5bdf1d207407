// One or several workers, each with a memory of its own; prints READY when all of them listen.
const cluster = require("node:cluster");

const workers = Number(process.env.WORKERS || 1);
const port = Number(process.env.PORT);
exports.limit = Number(process.env.LIMIT);
exports.window = Number(process.env.WINDOW) * 1000;

exports.served = (start) => {
  if (workers === 1) {
    start(port).then(() => console.log("READY"));
  } else if (cluster.isPrimary) {
    let listening = 0;
    cluster.on("listening", () => {
      listening += 1;
      if (listening === workers) console.log("READY");
    });
    for (let number = 0; number < workers; number += 1) cluster.fork();
  } else {
    start(port);
  }
};
