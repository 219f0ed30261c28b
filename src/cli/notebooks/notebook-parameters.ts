import { declaredParameters, valueKind } from "../../jupyter/declared-parameters.js";
import type { Notebook } from "../../jupyter/nbformat.js";
import type { Parameters } from "../../jupyter/parameters.js";
import { nearestName } from "../../measure/runtimes/nearest-name.js";
import { LabError } from "../../model/errors.js";

/** A notebook that will be run. */
interface GivenNotebook {
  readonly file: string;
  readonly notebook: Notebook;
  /** The language of its kernel. */
  readonly language: string;
}

/**
 * Chooses for each notebook the parameters that it declares.
 *
 * @param allowNew also sets parameters that no cell declares, as papermill does
 * @param warn called for parameters that a notebook does not declare, and for values of a different type than the default
 * @returns the parameters of each notebook, in order
 * @throws LabError `RUND_PARAMETER_UNKNOWN` (usage) if no notebook declares a parameter
 */
export function parametersFor(
  notebooks: readonly GivenNotebook[],
  parameters: Parameters,
  allowNew: boolean,
  warn: (line: string) => void,
): readonly Parameters[] {
  const declared = notebooks.map(({ notebook, language }) => declaredParameters(notebook, language));
  const names = Object.keys(parameters);
  const known = [...new Set(declared.flatMap(each => (each ?? []).map(({ name }) => name)))];
  const unknown = names.find(name => !known.includes(name));
  if (unknown !== undefined && !allowNew) throw unknownParameter(unknown, known, notebooks);
  return notebooks.map(({ file }, at) => {
    const chosen: Record<string, unknown> = {};
    for (const name of names) {
      const found = declared[at]?.find(each => each.name === name);
      if (found === undefined) {
        warn(
          allowNew
            ? `${file}: no cell tagged parameters declares ${name}; it is set anyway`
            : `${file}: does not declare ${name} and runs without it`,
        );
        if (!allowNew) continue;
      }
      const [expected, given] = [found?.kind ?? "unknown", valueKind(parameters[name])];
      if (expected !== "unknown" && given !== expected) {
        warn(`${file}: -p ${name}: the default is of kind "${expected}", and this value of kind "${given}"`);
      }
      chosen[name] = parameters[name];
    }
    return chosen;
  });
}

function unknownParameter(name: string, known: readonly string[], notebooks: readonly GivenNotebook[]): LabError {
  const near = nearestName(name, known);
  const anyway = "--allow-new-parameters sets it anyway";
  return new LabError("RUND_PARAMETER_UNKNOWN", "usage", "", {
    where: `${notebooks.map(({ file }) => file).join(", ")}: -p ${name}`,
    expected: known.length === 0 ? "a cell tagged parameters that declares it" : `one of ${known.join(", ")}`,
    found: name,
    hint: near === undefined ? anyway : `did you mean ${near}? ${anyway}`,
  });
}
