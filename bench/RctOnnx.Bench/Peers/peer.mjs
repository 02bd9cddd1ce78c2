// onnxruntime-node with the tokenizer of transformers.js, used as a careful user would: everything is tokenised once, sorted by
// length, padded to the longest of a batch, and run on one session with several threads or on several workers with one each.
// Reads one JSON request a line, writes one JSON answer a line.
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { AutoTokenizer, env } from '@huggingface/transformers';
import { InferenceSession, Tensor } from 'onnxruntime-node';

const Counter = { next: 0, arrived: 1, tokenised: 2 };

if (isMainThread) await serve();
else await work(workerData);

async function serve() {
  // The end of the input is the end of the process that asked: no work in between outlives it.
  const requests = createInterface({ input: process.stdin });
  requests.on('close', () => process.exit(0));
  const [model, texts, tokenizer, maxLength, workers, threads] = process.argv.slice(2);
  const count = JSON.parse(readFileSync(texts, 'utf8')).length;
  const shared = {
    model, texts, tokenizer, count, maxLength: +maxLength, workers: +workers, threads: +threads,
    ids: new Int32Array(new SharedArrayBuffer(4 * count * maxLength)),
    lengths: new Int32Array(new SharedArrayBuffer(4 * count)),
    labels: new Int32Array(new SharedArrayBuffer(4 * count)),
    counters: new Int32Array(new SharedArrayBuffer(12)),
  };
  const crew = Array.from({ length: shared.workers }, (_, index) => new Worker(new URL(import.meta.url), { workerData: { ...shared, index } }));
  const answer = async worker => (await once(worker, 'message'))[0];
  await Promise.all(crew.map(answer));
  requests.on('line', async line => {
    const request = JSON.parse(line);
    const asked = request.one === undefined ? crew : crew.slice(0, 1);
    shared.counters.fill(0);
    const start = process.hrtime.bigint();
    const done = Promise.all(asked.map(answer));
    for (const worker of asked) worker.postMessage(request);
    const [first] = await done;
    const end = process.hrtime.bigint();
    write(request.one === undefined
      ? { seconds: Number(end - start) / 1e9, engineSeconds: Number(end - first.tokenised) / 1e9, labels: Array.from(shared.labels) }
      : first);
  });
  write({ ready: true });
}

function write(answer) {
  process.stdout.write(JSON.stringify(answer) + '\n');
}

async function work(shared) {
  const { maxLength, ids, lengths, labels, counters, workers, index, count } = shared;
  env.allowRemoteModels = false;
  env.localModelPath = '';
  const tokenizer = await AutoTokenizer.from_pretrained(shared.tokenizer);
  const session = await InferenceSession.create(shared.model, { intraOpNumThreads: shared.threads, interOpNumThreads: 1, graphOptimizationLevel: 'all' });
  const texts = JSON.parse(readFileSync(shared.texts, 'utf8'));
  parentPort.on('message', async request => parentPort.postMessage(request.one === undefined ? await round(request) : await one(request)));
  parentPort.postMessage('ready');

  function tokenise(text) {
    const row = tokenizer.encode(text);
    return row.length <= maxLength ? row : [...row.slice(0, maxLength - 1), row[row.length - 1]];
  }

  async function round({ batch, limit }) {
    const total = Math.min(limit, count);
    for (let i = index; i < total; i += workers) {
      const row = tokenise(texts[i]);
      ids.set(row, i * maxLength);
      lengths[i] = row.length;
    }
    // All workers wait here: batches are cut from all texts sorted by length.
    if (Atomics.add(counters, Counter.arrived, 1) + 1 === workers) {
      Atomics.store(counters, Counter.tokenised, 1);
      Atomics.notify(counters, Counter.tokenised);
    } else Atomics.wait(counters, Counter.tokenised, 0);
    const tokenised = process.hrtime.bigint();
    const order = Array.from({ length: total }, (_, i) => i).sort((a, b) => lengths[b] - lengths[a]);
    for (let first; (first = Atomics.add(counters, Counter.next, batch)) < total;) {
      const rows = order.slice(first, first + batch);
      const answers = await run(rows.map(i => ids.subarray(i * maxLength, i * maxLength + lengths[i])));
      rows.forEach((i, place) => labels[i] = answers[place]);
    }
    return { tokenised };
  }

  async function one({ one: place }) {
    const start = process.hrtime.bigint();
    const [label] = await run([tokenise(texts[place])]);
    return { seconds: Number(process.hrtime.bigint() - start) / 1e9, label };
  }

  async function run(rows) {
    const width = Math.max(...rows.map(row => row.length));
    const shape = [rows.length, width], cells = rows.length * width;
    const input = new BigInt64Array(cells), mask = new BigInt64Array(cells);
    rows.forEach((row, r) => {
      for (let c = 0; c < row.length; c++) {
        input[r * width + c] = BigInt(row[c]);
        mask[r * width + c] = 1n;
      }
    });
    const { logits } = await session.run({
      input_ids: new Tensor('int64', input, shape),
      attention_mask: new Tensor('int64', mask, shape),
      token_type_ids: new Tensor('int64', new BigInt64Array(cells), shape),
    });
    const [, labelCount] = logits.dims, data = logits.data;
    return rows.map((_, r) => {
      let best = 0;
      for (let c = 1; c < labelCount; c++) if (data[r * labelCount + c] > data[r * labelCount + best]) best = c;
      return best;
    });
  }
}
