import { Command, CommanderError } from "commander";
import { exitCodes, LabError } from "../model/errors.js";
import { version } from "../model/version.js";
import { commands } from "./commands.js";
import { type Io, printable, processIo } from "./terminal/io.js";

/**
 * Runs one command line and returns its exit code. All errors are caught here: a LabError becomes its message, its hint and its
 * code; an error of the system names the path; any other error is reported as a defect of rund-lab.
 *
 * @param argv the arguments of `rund-lab`
 */
export async function runCommandLine(argv: readonly string[], io: Io = processIo()): Promise<number> {
  let debug = argv.includes("--debug");
  const configure = (command: Command): void => {
    command.exitOverride();
    command.configureOutput({
      writeOut: text => void io.stdout.write(text),
      writeErr: text => void io.stderr.write(printable(text)),
    });
    if (command.commands.length === 0) {
      command.showHelpAfterError(`(${nameOf(command)} --help lists its arguments and options)`);
      command.option("--quiet", "print only errors on stderr");
      command.option("--debug", "print the stack of an error");
      command.hook("preAction", (_, action) => {
        const options = action.opts<{ quiet?: boolean; debug?: boolean }>();
        io.quiet = options.quiet === true;
        debug = options.debug === true;
      });
    }
    if (command.parent?.parent) command.summary(command.description()).description(sentence(command.description()));
    for (const inner of command.commands) configure(inner);
  };

  try {
    const program = new Command("rund-lab")
      .description(
        "Measures container runtimes on containerd or Kubernetes: cold starts, memory, and how many sandboxes fit. Also reproduces the RunD paper (USENIX ATC 2022) from its recorded data.",
      )
      .version(version, "--version")
      .showHelpAfterError("(rund-lab --help lists the commands)")
      .addHelpText(
        "after",
        "\nstdout contains only the result. Exit codes: 0 done, 1 a check failed, 2 usage, 3 the machine lacks something,\n4 bad input, 130 interrupted. Documentation: README.md and docs/ in the package.",
      );
    const called = argv.find(word => !word.startsWith("-") && word !== "help");
    for (const { name, summary, load } of commands) {
      const command = name === called ? (await load()).default(io) : new Command(name);
      program.addCommand(command.summary(summary).description(command.description() || summary));
    }
    configure(program);
    // commander's own `help` knows a command's name, but not the two words of a command below it
    const [first, ...words] = argv;
    const line = first === "help" && words.length > 1 ? [...words, "--help"] : [...argv];
    await program.parseAsync(line, { from: "user" });
    return 0;
  } catch (error) {
    return report(error, io, debug);
  }
}

/** Returns a command with the commands above it, such as `rund-lab notebook run`. */
const nameOf = (command: Command): string =>
  command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;

/** Returns a phrase of a list of commands as the sentence that begins the command's own page. */
const sentence = (phrase: string): string => `${phrase[0]?.toUpperCase()}${phrase.slice(1)}.`;

function report(error: unknown, io: Io, debug: boolean): number {
  // commander has printed its own message; requested help is a success, help because of missing arguments is not
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : exitCodes.usage;
  const fault = error instanceof Error ? error : new Error(String(error));
  const say = (...lines: readonly string[]) => {
    for (const line of lines) io.stderr.write(`${printable(line)}\n`);
  };
  const stack = debug ? [fault.stack ?? ""] : [];
  if (fault instanceof LabError) {
    say(fault.message, ...(fault.hint === undefined ? [] : [`hint: ${fault.hint}`]));
    say(...(debug ? [fault.code] : []), ...stack);
    return fault.exitCode;
  }
  if ("syscall" in fault) {
    // a file or folder that could not be read or written, such as an --out that is a file
    const hint = "hint: check the path, its permissions and the free space on its disk";
    say(`the operating system reported: ${fault.message}`, hint, ...stack);
    return exitCodes.machine;
  }
  const hint = "hint: this is a defect of rund-lab; run again with --debug and report the stack";
  say(`internal fault: ${fault.message}`, ...(debug ? stack : [hint]));
  return exitCodes.check;
}
