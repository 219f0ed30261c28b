import { readSync } from "node:fs";
import { Socket } from "node:net";
import { type MessagePort, receiveMessageOnPort } from "node:worker_threads";
import type { Tell } from "../channel/messages.js";
import { type Piece, PieceReader, type Pipes, type StreamName } from "../channel/pipe.js";

/** How long pieces are read before the sockets are checked, so that a flood does not delay heartbeats and interrupts. */
const sliceMs = 10;

/** The receiver of text and messages. */
interface OutputReceiver {
  /** Text that a cell has printed. */
  text(name: StreamName, cell: number, bytes: Buffer): void;
  /** Text of other writers, such as child processes. */
  foreign(name: StreamName, bytes: Buffer): void;
  message(message: Tell): void;
  /** Whether too many messages wait to be sent. Then nothing more is read, the pipe fills, and the cell that prints waits. */
  isFull(): boolean;
}

/** Reads text and messages of the main thread in the order in which they happened. */
export class OutputReader {
  readonly #pieces: PieceReader;
  readonly #output: Socket;

  constructor(
    private readonly pipes: Pipes,
    mark: Uint8Array,
    private readonly port: MessagePort,
    private readonly receiver: OutputReceiver,
  ) {
    this.#pieces = new PieceReader(Buffer.from(mark));
    const pipeEnd = (fd: number, read: (chunk: Buffer) => void) =>
      new Socket({ fd, readable: true, writable: false }).on("data", read);
    this.#output = pipeEnd(pipes.output, chunk => this.#read(this.#pieces.read(chunk)));
    pipeEnd(pipes.errors, chunk => receiver.foreign("stderr", chunk));
  }

  #read(rest: Iterator<Piece>): void {
    const until = performance.now() + sliceMs;
    for (let piece = rest.next(); !piece.done; piece = rest.next()) {
      this.#take(piece.value);
      if (performance.now() < until && !this.receiver.isFull()) continue;
      this.#output.pause();
      setImmediate(() => this.#read(rest));
      return;
    }
    this.#output.resume();
  }

  #take(piece: Piece): void {
    if ("place" in piece) this.#receiveTo(piece.place);
    else if (piece.cell === undefined) this.receiver.foreign(piece.name, piece.bytes);
    else this.receiver.text(piece.name, piece.cell, piece.bytes);
  }

  /**
   * Takes the messages up to this position. There may be more than one, because an interrupt can occur between a message and its
   * frame.
   */
  #receiveTo(place: number): void {
    this.#drainErrors();
    for (let at = 0; at < place; ) {
      const received = receiveMessageOnPort(this.port) as { message: [number, Tell] } | undefined;
      if (received === undefined) return;
      const [here, message] = received.message;
      at = here;
      this.receiver.message(message);
    }
  }

  /** Reads the output of other writers to descriptor 2, before the next message is taken. */
  #drainErrors(): void {
    const chunk = Buffer.allocUnsafe(1 << 16);
    const read = () => readSync(this.pipes.errors, chunk);
    try {
      for (let length = read(); length > 0; length = read()) {
        this.receiver.foreign("stderr", Buffer.from(chunk.subarray(0, length)));
      }
    } catch {
      // EAGAIN: nothing is left
    }
  }
}
