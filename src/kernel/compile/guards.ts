import type ts from "typescript";
import type { TypeScript } from "./typescript/typescript.js";

/**
 * The name under which compiled code finds the guard, which says whether the cell for which the code runs was interrupted
 * (`run/stop/guard.ts`).
 */
export const guardName = "__rundLabGuard";

/**
 * Returns the transformation that lets code end when the cell it runs for is interrupted.
 *
 * Each place where code can begin or continue gets a check: the beginning of a function, the value of an `await`, what follows
 * `for await`, and, after a rejection, the beginning of `catch`. Each round of a loop in async code also gets a check, because
 * `finally` may start the loop again. The checks do not change the order in which promises settle.
 *
 * @param awaits whether the file itself is the body of an async function
 */
export function guarding(ts: TypeScript, awaits: boolean): ts.TransformerFactory<ts.SourceFile> {
  return context => file => {
    const { factory } = context;
    const guard = (name: string) => factory.createPropertyAccessExpression(factory.createIdentifier(guardName), name);
    const call = (name: string) => factory.createCallExpression(guard(name), undefined, []);
    const ended = () => factory.createLogicalAnd(guard("halted"), call("ended"));
    const leaving = (inAsync: boolean) => (inAsync ? factory.createAwaitExpression(call("rest")) : call("leave"));
    const check = (inAsync: boolean) =>
      factory.createIfStatement(ended(), factory.createExpressionStatement(leaving(inAsync)));
    const before = (block: ts.Block, inAsync: boolean) => {
      const at = block.statements.findIndex(statement => !isDirective(ts, statement));
      const place = at < 0 ? block.statements.length : at;
      const [first, rest] = [block.statements.slice(0, place), block.statements.slice(place)];
      return factory.updateBlock(block, [...first, check(inAsync), ...rest]);
    };

    const functionOf = (node: ts.FunctionLikeDeclaration): ts.Node => {
      const inAsync = isAsync(ts, node);
      const seen = ts.visitEachChild(node, visitor(inAsync), context);
      const { body } = seen;
      if (body === undefined || !isEntered(ts, node)) return seen;
      if (ts.isArrowFunction(seen)) {
        const checked = ts.isBlock(body)
          ? before(body, inAsync)
          : factory.createConditionalExpression(ended(), undefined, leaving(inAsync), undefined, body as ts.Expression);
        const { modifiers, typeParameters, parameters, type, equalsGreaterThanToken } = seen;
        return factory.updateArrowFunction(
          seen,
          modifiers,
          typeParameters,
          parameters,
          type,
          equalsGreaterThanToken,
          checked,
        );
      }
      const { modifiers, asteriskToken, name, typeParameters, parameters, type } = seen as ts.FunctionDeclaration;
      const checked = before(body as ts.Block, inAsync);
      if (ts.isMethodDeclaration(seen)) {
        return factory.updateMethodDeclaration(
          seen,
          modifiers,
          asteriskToken,
          seen.name,
          seen.questionToken,
          typeParameters,
          parameters,
          type,
          checked,
        );
      }
      const kept = [
        modifiers as ts.NodeArray<ts.Modifier> | undefined,
        asteriskToken,
        name,
        typeParameters,
        parameters,
        type,
      ] as const;
      return ts.isFunctionExpression(seen)
        ? factory.updateFunctionExpression(seen, ...kept, checked)
        : factory.updateFunctionDeclaration(seen as ts.FunctionDeclaration, ...kept, checked);
    };

    const awaitOf = (node: ts.AwaitExpression): ts.Node => {
      const value = factory.createAssignment(guard("value"), node);
      const next = factory.createConditionalExpression(ended(), undefined, leaving(true), undefined, guard("value"));
      return ts.setTextRange(factory.createParenthesizedExpression(factory.createComma(value, next)), node);
    };

    const visitor =
      (inAsync: boolean) =>
      (node: ts.Node): ts.VisitResult<ts.Node> => {
        if (ts.isFunctionLike(node) && "body" in node) return functionOf(node as ts.FunctionLikeDeclaration);
        if (ts.isLabeledStatement(node)) {
          const [statement, ...after] = [visitor(inAsync)(node.statement) as ts.Statement | ts.Statement[]].flat();
          return [factory.updateLabeledStatement(node, node.label, statement!), ...after];
        }
        // a class's fields and static blocks run in functions of their own
        const seen = ts.visitEachChild(node, visitor(inAsync && !ts.isClassLike(node)), context);
        if (ts.isAwaitExpression(seen)) return awaitOf(seen);
        if (ts.isCatchClause(seen) && inAsync) {
          return factory.updateCatchClause(seen, seen.variableDeclaration, before(seen.block, true));
        }
        if (!inAsync || !ts.isIterationStatement(seen, false)) return seen;
        const round = before(ts.isBlock(seen.statement) ? seen.statement : factory.createBlock([seen.statement]), true);
        if (ts.isForOfStatement(seen)) {
          const { awaitModifier, initializer, expression } = seen;
          const loop = factory.updateForOfStatement(seen, awaitModifier, initializer, expression, round);
          return awaitModifier === undefined ? loop : [loop, check(true)];
        }
        if (ts.isForInStatement(seen))
          return factory.updateForInStatement(seen, seen.initializer, seen.expression, round);
        if (ts.isWhileStatement(seen)) return factory.updateWhileStatement(seen, seen.expression, round);
        if (ts.isDoStatement(seen)) return factory.updateDoStatement(seen, round, seen.expression);
        const { initializer, condition, incrementor } = seen as ts.ForStatement;
        return factory.updateForStatement(seen as ts.ForStatement, initializer, condition, incrementor, round);
      };
    return ts.visitEachChild(file, visitor(awaits), context);
  };
}

const isAsync = (ts: TypeScript, node: ts.Node): boolean =>
  ts.canHaveModifiers(node) && (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.AsyncKeyword);

/** Whether a statement is a text such as `"use strict"`, which must come first. */
const isDirective = (ts: TypeScript, statement: ts.Statement): boolean =>
  ts.isExpressionStatement(statement) && ts.isStringLiteral(statement.expression);

/** Whether a function's beginning is checked: generators run for their caller, constructors must call `super` first. */
const isEntered = (ts: TypeScript, node: ts.FunctionLikeDeclaration): boolean =>
  !ts.isConstructorDeclaration(node) && !ts.isAccessor(node) && node.asteriskToken === undefined;

const halted = `${guardName}\\.halted && ${guardName}\\.ended\\(\\)`;
const leaving = `(?:await ${guardName}\\.rest\\(\\)|${guardName}\\.leave\\(\\))`;
const checkPatterns: readonly [RegExp, string][] = [
  [new RegExp(`if \\(${halted}\\)\\s*${leaving};\\s*`, "g"), ""],
  [new RegExp(`${halted} \\? ${leaving} : (?!${guardName}\\.value)`, "g"), ""],
  [new RegExp(`, ${halted} \\? ${leaving} : ${guardName}\\.value\\)`, "g"), ")"],
  [new RegExp(`\\(${guardName}\\.value = `, "g"), "("],
];

/**
 * Returns compiled code without the checks, for code that is sent to other threads or pages as text.
 *
 * @example withoutGuards("x => __rundLabGuard.halted && __rundLabGuard.ended() ? __rundLabGuard.leave() : x + 1") // "x => x + 1"
 */
export const withoutGuards = (code: string): string =>
  code.includes(guardName)
    ? checkPatterns.reduce((text, [pattern, instead]) => text.replace(pattern, instead), code)
    : code;

const functionText = Function.prototype.toString;

/** Whether a value is a function that was compiled with checks. */
export const isGuarded = (value: unknown): boolean =>
  typeof value === "function" && functionText.call(value).includes(guardName);
