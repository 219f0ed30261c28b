import { runtimeLabel } from "../../../model/runtimes.js";
import { cellName } from "../quantities/places.js";
import { chanceText, searchedText, withInterval } from "../text.js";
import type { ClaimVerdict } from "../verdicts/claim-verdict.js";
import type { Finding } from "./finding.js";

/** Returns one finding for the claims whose reductions agree on a value that was not recorded; none without such claims. */
export function unpublishedRuns(verdicts: readonly ClaimVerdict[]): readonly Finding[] {
  const claims = verdicts.flatMap(({ id, implied }) => (implied === null ? [] : [{ id, implied }]));
  const [first] = claims;
  if (first === undefined) return [];
  const label = runtimeLabel(first.implied.runtime);
  const each = claims.map(
    ({ id, implied: { value, recorded, unit } }) =>
      `${withInterval(value, null)} ${unit} for ${id} (recorded: ${withInterval(recorded, null)} ${unit})`,
  );
  const chances = claims.map(({ id, implied: { byChance } }) => `${chanceText(byChance)} (${id})`);
  const one = claims.length === 1;
  const stated = claims.flatMap(({ id, implied: { statedOnly } }) => statedOnly.map(part => `${id} ${part}`));
  const except =
    stated.length === 0 ? "" : `, except for ${stated.join(" and ")}, where the paper states another value`;
  return [
    {
      kind: "unpublished run",
      text: `${one ? "A claim seems" : `${claims.length} claims seem`} to come from a run of ${label} that is not in the published data. ${one ? "It" : "Each"} compares ${label} with three other runtimes, and all three comparisons imply the same value for ${label}: ${each.join(" and ")}. Unrelated values would agree this closely with a probability of ${chances.join(" and ")}. The values of the other runtimes are the recorded ones${except}`,
      table: {
        columns: ["claim", "part", "baseline", "implied", "unit", "recorded"],
        rows: claims.flatMap(({ id, implied: { values, unit, recorded } }) =>
          values.map(({ part, baseline, from, value }) => [
            id,
            from === "stated" ? `${part}, as the paper states it` : part,
            baseline,
            value,
            unit,
            recorded,
          ]),
        ),
      },
    },
  ];
}

/** Returns findings for two or more values of one claim that all appear in one other cell. */
export function mixUps(verdicts: readonly ClaimVerdict[]): readonly Finding[] {
  return verdicts.flatMap(({ id, readings }) => {
    const matches = readings.flatMap(({ part, printed, unit, measured, elsewhere }) =>
      (elsewhere?.found ?? []).map(({ place, value }) => ({
        part,
        printed,
        unit,
        measured,
        value,
        runtime: place.runtime,
        cell: cellName(place),
        searched: elsewhere!.searched,
      })),
    );
    return [...new Set(matches.map(({ cell }) => cell))].flatMap((cell): readonly Finding[] => {
      const here = matches.filter(own => own.cell === cell);
      if (new Set(here.map(({ runtime }) => runtime)).size < 2) return [];
      const values = here.map(({ part, printed, unit }) => `${part} ${printed} ${unit}`).join(" and ");
      const searched = here.reduce((sum, own) => sum + own.searched, 0);
      return [
        {
          kind: "mix-up",
          text: `${id}: ${values} were measured for ${cell}, not where the claim says (${searchedText(searched)})`,
          table: {
            columns: ["part", "claimed", "measured there", `measured for ${cell}`, "unit"],
            rows: here.map(({ part, printed, measured, value, unit }) => [
              part,
              Number(printed),
              measured,
              value,
              unit,
            ]),
          },
        },
      ];
    });
  });
}
