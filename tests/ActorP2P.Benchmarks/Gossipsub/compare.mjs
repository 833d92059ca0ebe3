// Runs the same broadcasts through js-libp2p's gossipsub and through ActorP2P, one process a node, and prints a JSON line a row.
//
//   node compare.mjs [--nodes 4,8,16] [--rows 300x1024@20,100x65536@100] [--sides ours,theirs]
//
// ACTORP2P_BENCHMARKS and ACTORP2P_NODE name the built assemblies of tests/ActorP2P.Benchmarks and src/ActorP2P.Node.

import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const here = dirname(fileURLToPath(import.meta.url))
const option = (name, usual) => {
  const at = process.argv.indexOf('--' + name)
  return at < 0 ? usual : process.argv[at + 1]
}
const sizes = option('nodes', '4,8,16').split(',').map(Number)
const rows = option('rows', '300x1024@20,100x65536@100').split(',').map((row) => row.split(/[x@]/).map(Number))
const sides = option('sides', 'theirs,ours').split(',')
const settleMs = 3000
const patienceMs = 60000
const warmUps = 30

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

class NodeProcess {
  constructor (command, args) {
    this.lines = []
    this.waiters = []
    this.child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      this.lines.push(JSON.parse(line))
      this.waiters.splice(0).forEach((wake) => wake())
    })
  }

  tell (line) { this.child.stdin.write(line + '\n') }

  async until (key) {
    const limit = Date.now() + patienceMs
    while (true) {
      const at = this.lines.findIndex((line) => key in line)
      if (at >= 0) return this.lines.splice(at, 1)[0][key]
      if (Date.now() > limit) throw new Error(`no '${key}' in time`)
      await Promise.race([new Promise((resolve) => this.waiters.push(resolve)), pause(200)])
    }
  }

  async end () {
    this.tell('quit')
    await Promise.race([new Promise((resolve) => this.child.on('exit', resolve)), pause(10000)])
    this.child.kill('SIGKILL')
  }
}

async function startTheirs (count) {
  const nodes = []
  const addresses = []
  for (let i = 0; i < count; i++) {
    const node = new NodeProcess('node', ['--import', join(here, 'with-resolvers.mjs'), join(here, 'gossipsub-node.mjs'), String(count - 1), ...addresses])
    nodes.push(node)
    addresses.push(await node.until('listening'))
  }
  return { nodes, clean: () => {} }
}

async function startOurs (count) {
  const parent = mkdtempSync(join(tmpdir(), 'dissemination-'))
  const directory = join(parent, 'net')
  const port = 20000 + Math.floor(Math.random() * 20000)
  const made = spawnSync('dotnet', [process.env.ACTORP2P_NODE, 'net', 'init', '--nodes', count, '--out', directory, '--port', port], { encoding: 'utf8' })
  if (made.status !== 0) throw new Error(made.stderr)
  const nodes = Array.from({ length: count }, (_, i) => new NodeProcess(
    'dotnet', [process.env.ACTORP2P_BENCHMARKS, 'dissemination-node', join(directory, `node${i}`, 'node.conf'), String(count - 1)]))
  return { nodes, clean: () => rmSync(parent, { recursive: true }) }
}

const reports = async (nodes) => {
  nodes.forEach((node) => node.tell('report'))
  return Promise.all(nodes.map((node) => node.until('report')))
}

const quantile = (sorted, q) => sorted.length === 0 ? null : Number(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))].toFixed(2))

async function measure (side, count) {
  const { nodes, clean } = await (side === 'ours' ? startOurs(count) : startTheirs(count))
  try {
    await Promise.all(nodes.map((node) => node.until('linked')))
    await pause(settleMs)
    for (const [messages, bytes, intervalMs] of rows) {
      nodes[0].tell(`publish ${warmUps} ${bytes} ${intervalMs}`)
      await nodes[0].until('published')
      await pause(settleMs)
      await reports(nodes)
      nodes[0].tell(`publish ${messages} ${bytes} ${intervalMs}`)
      await nodes[0].until('published')
      await pause(settleMs)
      const seen = await reports(nodes)
      const latencies = seen.flatMap((report) => report.latencies).sort((a, b) => a - b)
      const needed = messages * (count - 1)
      console.log(JSON.stringify({
        case: `dissemination ${count} nodes`,
        payload: bytes,
        peer: 'js-libp2p gossipsub',
        side,
        messages,
        delivered: latencies.length,
        needed,
        redundancy: Number((seen.reduce((sum, report) => sum + report.copies, 0) / needed).toFixed(3)),
        p50_ms: quantile(latencies, 0.5),
        p99_ms: quantile(latencies, 0.99)
      }))
    }
  } finally {
    await Promise.all(nodes.map((node) => node.end()))
    clean()
  }
}

for (const count of sizes) {
  for (const side of sides) {
    await measure(side, count)
  }
}
