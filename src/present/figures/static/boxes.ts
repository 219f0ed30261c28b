import type { Font } from "./font.js";

/** A rectangle in SVG user units. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** An affine map as SVG writes it: x' = a·x + c·y + e, y' = b·x + d·y + f. */
type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

const identity: Matrix = [1, 0, 0, 1, 0, 0];

/** The fonts of the texts. */
export interface Fonts {
  readonly regular: Font;
  readonly bold: Font;
}

/** Returns an element's box in its own coordinates, without its own transform (`getBBox` of a browser). */
export function boxOf(element: Element, fonts: Fonts): Box | undefined {
  switch (element.localName) {
    case "text":
      return textBox(element, fonts);
    case "rect":
    case "image":
    case "use": {
      const [x, y, width, height] = numbers(element, "x", "y", "width", "height");
      return { left: x, top: y, right: x + width, bottom: y + height };
    }
    case "circle": {
      const [x, y, r] = numbers(element, "cx", "cy", "r");
      return { left: x - r, top: y - r, right: x + r, bottom: y + r };
    }
    case "line": {
      const [x1, y1, x2, y2] = numbers(element, "x1", "y1", "x2", "y2");
      return around([x1, x2], [y1, y2]);
    }
    case "path":
      return pathBox(element.getAttribute("d") ?? "");
    case "svg":
    case "g":
      return [...element.children].reduce<Box | undefined>((all, child) => {
        const box = boxOf(child, fonts);
        return box === undefined ? all : union(all, mapBox(box, parseTransform(child.getAttribute("transform"))));
      }, undefined);
    default:
      return undefined;
  }
}

/** Returns an element's box on the page: `boxOf` after its own transform and its ancestors' (`getBoundingClientRect`). */
export function pageBoxOf(element: Element, fonts: Fonts): Box | undefined {
  let box = boxOf(element, fonts);
  for (let at: Element | null = element; at !== null && box !== undefined; at = at.parentElement) {
    box = mapBox(box, parseTransform(at.getAttribute("transform")));
  }
  return box;
}

/** Returns the length of the longest line of a text element, in user units (`getComputedTextLength`). */
export function textLength(element: Element, fonts: Fonts): number {
  return Math.max(0, ...linesOf(element, fonts).map(line => line.width));
}

interface Line {
  readonly x: number;
  readonly y: number;
  width: number;
  above: number;
  below: number;
}

/** Returns a text element's lines: Plotly starts each with a tspan that has an x of its own, `dy` ems below the one before. */
function linesOf(text: Element, fonts: Fonts): readonly Line[] {
  const [x, y] = numbers(text, "x", "y");
  const lines: Line[] = [{ x, y, width: 0, above: 0, below: 0 }];
  const visit = (node: Element, size: number, bold: boolean) => {
    const ownSize = Number.parseFloat(styleOf(node, "font-size") ?? "") || size;
    const weight = styleOf(node, "font-weight");
    const ownBold = weight === undefined ? bold : weight === "bold" || Number(weight) >= 600;
    if (node !== text && node.hasAttribute("x")) {
      const [lineX, lineY] = numbers(node, "x", "y");
      const dy = Number.parseFloat(node.getAttribute("dy") ?? "0") * ownSize;
      const first = lines.length === 1 && lines[0]?.width === 0;
      if (first) lines.pop();
      lines.push({ x: lineX, y: lineY + dy, width: 0, above: 0, below: 0 });
    }
    for (const child of node.childNodes) {
      if (child.nodeType === 1) visit(child as Element, ownSize, ownBold);
      const line = lines[lines.length - 1];
      if (child.nodeType !== 3 || line === undefined) continue;
      const font = ownBold ? fonts.bold : fonts.regular;
      line.width += font.width(child.nodeValue ?? "") * ownSize;
      line.above = Math.max(line.above, font.ascent * ownSize);
      line.below = Math.max(line.below, font.descent * ownSize);
    }
  };
  visit(text, inheritedSize(text), false);
  return lines;
}

function textBox(text: Element, fonts: Fonts): Box | undefined {
  const anchor = styleOf(text, "text-anchor") ?? text.getAttribute("text-anchor") ?? "start";
  const share = anchor === "middle" ? 0.5 : anchor === "end" ? 1 : 0;
  return linesOf(text, fonts)
    .filter(line => line.width > 0)
    .map(({ x, y, width, above, below }) => ({
      left: x - share * width,
      right: x + (1 - share) * width,
      top: y - above,
      bottom: y + below,
    }))
    .reduce<Box | undefined>(union, undefined);
}

function inheritedSize(element: Element): number {
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const size = Number.parseFloat(styleOf(at, "font-size") ?? "");
    if (size > 0) return size;
  }
  return 16;
}

/** Returns a property from the element's own style attribute; jsdom's computed style is a thousand times slower. */
function styleOf(element: Element, property: string): string | undefined {
  const declaration = (element.getAttribute("style") ?? "")
    .split(";")
    .find(part => part.trimStart().startsWith(`${property}:`));
  return declaration?.slice(declaration.indexOf(":") + 1).trim();
}

function numbers<Names extends readonly string[]>(
  element: Element,
  ...names: Names
): { [Name in keyof Names]: number } {
  return names.map(name => Number.parseFloat(element.getAttribute(name) ?? "") || 0) as {
    [Name in keyof Names]: number;
  };
}

/** Returns the points of a path of absolute commands, as d3 and Plotly write them; for curves, their control points. */
function pathPoints(d: string): readonly (readonly [x: number, y: number])[] {
  const points: (readonly [number, number])[] = [];
  for (const [, command = "", rest = ""] of d.matchAll(/([MLHVCQAZ])([^MLHVCQAZ]*)/gi)) {
    const values = (rest.match(/-?\d*\.?\d+(?:e-?\d+)?/gi) ?? []).map(Number);
    const [penX, penY] = points[points.length - 1] ?? [0, 0];
    if (command === "H") points.push(...values.map(x => [x, penY] as const));
    else if (command === "V") points.push(...values.map(y => [penX, y] as const));
    else {
      const step = command === "A" ? 7 : 2;
      for (let at = step - 2; at + 1 < values.length; at += step) points.push([values[at]!, values[at + 1]!]);
    }
  }
  return points;
}

function pathBox(d: string): Box | undefined {
  const points = pathPoints(d);
  return points.length === 0
    ? undefined
    : around(
        points.map(([x]) => x),
        points.map(([, y]) => y),
      );
}

/** Returns the length of a path of straight lines (`getTotalLength`). */
export function pathLength(path: Element): number {
  const points = pathPoints(path.getAttribute("d") ?? "");
  return points.slice(1).reduce((sum, [x, y], i) => sum + Math.hypot(x - points[i]![0], y - points[i]![1]), 0);
}

/** Returns the point at a distance along such a path (`getPointAtLength`), or its end if the distance is longer. */
export function pointAtLength(path: Element, distance: number): { readonly x: number; readonly y: number } {
  const points = pathPoints(path.getAttribute("d") ?? "");
  let [x, y] = points[0] ?? [0, 0];
  let left = distance;
  for (const [nextX, nextY] of points.slice(1)) {
    const step = Math.hypot(nextX - x, nextY - y);
    if (step > left) return { x: x + ((nextX - x) * left) / step, y: y + ((nextY - y) * left) / step };
    left -= step;
    [x, y] = [nextX, nextY];
  }
  return { x, y };
}

function around(xs: readonly number[], ys: readonly number[]): Box {
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}

function union(a: Box | undefined, b: Box): Box {
  return a === undefined ? b : around([a.left, a.right, b.left, b.right], [a.top, a.bottom, b.top, b.bottom]);
}

function mapBox(box: Box, [a, b, c, d, e, f]: Matrix): Box {
  const corners = [
    [box.left, box.top],
    [box.right, box.top],
    [box.left, box.bottom],
    [box.right, box.bottom],
  ] as const;
  return around(
    corners.map(([x, y]) => a * x + c * y + e),
    corners.map(([x, y]) => b * x + d * y + f),
  );
}

/**
 * Parses a transform attribute as one matrix; supports `rotate` with a centre, `translate`, `scale` and `matrix`, which Plotly
 * writes.
 */
function parseTransform(transform: string | null): Matrix {
  let all = identity;
  for (const [, name, list = ""] of (transform ?? "").matchAll(/(\w+)\s*\(([^)]*)\)/g)) {
    const [p = 0, q, r] = list
      .split(/[\s,]+/)
      .filter(part => part !== "")
      .map(Number);
    if (name === "translate") all = times(all, [1, 0, 0, 1, p, q ?? 0]);
    else if (name === "scale") all = times(all, [p, 0, 0, q ?? p, 0, 0]);
    else if (name === "rotate") {
      const [sin, cos] = [Math.sin((p * Math.PI) / 180), Math.cos((p * Math.PI) / 180)];
      const [x, y] = [q ?? 0, r ?? 0];
      all = times(all, [cos, sin, -sin, cos, x - cos * x + sin * y, y - sin * x - cos * y]);
    } else if (name === "matrix") all = times(all, list.split(/[\s,]+/).map(Number) as unknown as Matrix);
  }
  return all;
}

function times([a, b, c, d, e, f]: Matrix, [g, h, i, j, k, l]: Matrix): Matrix {
  return [a * g + c * h, b * g + d * h, a * i + c * j, b * i + d * j, a * k + c * l + e, b * k + d * l + f];
}
