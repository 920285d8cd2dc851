// Reads jobs from standard input as JSON, answers them on standard output: {"svg": [text…], "audio": [{x, k, normalize, rate}…]}.
// NODE_MODULES is the folder that `npm install` filled.
const path = require("path");
const load = require("module").createRequire(path.join(process.env.NODE_MODULES, "here.js"));
const version = (name) => JSON.parse(require("fs").readFileSync(path.join(process.env.NODE_MODULES, name, "package.json"))).version;

function pixels(svg) {
  const { Resvg } = load("@resvg/resvg-js");
  const image = new Resvg(svg, { font: { loadSystemFonts: false } }).render();
  return { width: image.width, height: image.height, rgba: Buffer.from(image.pixels).toString("base64") };
}

async function sound({ x, k, normalize, rate }) {
  const { OfflineAudioContext, AudioBuffer } = load("node-web-audio-api");
  const buffer = (channels) => {
    const made = new AudioBuffer({ numberOfChannels: channels.length, length: channels[0].length, sampleRate: rate });
    channels.forEach((samples, channel) => made.copyToChannel(Float32Array.from(samples), channel));
    return made;
  };
  const context = new OfflineAudioContext(Math.max(x.length, k.length), x[0].length, rate);
  const source = context.createBufferSource();
  source.buffer = buffer(x);
  const convolver = context.createConvolver();
  convolver.normalize = normalize;
  convolver.buffer = buffer(k);
  source.connect(convolver).connect(context.destination);
  source.start();
  const rendered = await context.startRendering();
  return Array.from({ length: rendered.numberOfChannels }, (_, channel) => Array.from(rendered.getChannelData(channel)));
}

async function main() {
  const jobs = JSON.parse(require("fs").readFileSync(0, "utf8"));
  const answers = { versions: { resvg: version("@resvg/resvg-js"), audio: version("node-web-audio-api") }, svg: [], audio: [] };
  for (const svg of jobs.svg || []) answers.svg.push(pixels(svg));
  for (const job of jobs.audio || []) answers.audio.push(await sound(job));
  process.stdout.write(JSON.stringify(answers), () => process.exit(0));
}

main();
