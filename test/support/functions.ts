import { parseSync } from "vite";

export interface FunctionShape {
  readonly name: string;
  readonly line: number;
  readonly lines: number;
  /** Deepest block statement inside the function, not counting nested functions. */
  readonly nesting: number;
  readonly parameters: number;
}

type Tree = {
  readonly [key: string]: unknown;
  readonly type: string;
  readonly start: number;
  readonly end: number;
};

const BLOCKS = new Set([
  "IfStatement",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "WhileStatement",
  "DoWhileStatement",
  "SwitchStatement",
  "TryStatement",
]);

const isTree = (value: unknown): value is Tree =>
  typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";

const isFunction = (tree: Tree): boolean =>
  tree.type === "FunctionDeclaration" ||
  tree.type === "FunctionExpression" ||
  tree.type === "ArrowFunctionExpression";

function childrenOf(tree: Tree): { key: string; child: Tree }[] {
  return Object.entries(tree).flatMap(([key, value]) =>
    (Array.isArray(value) ? value : [value]).filter(isTree).map((child) => ({ key, child })),
  );
}

function nestingOf(tree: Tree, depth: number): number {
  let deepest = depth;
  for (const { key, child } of childrenOf(tree)) {
    if (isFunction(child)) continue;
    const elseIf = tree.type === "IfStatement" && key === "alternate" && child.type === "IfStatement";
    const inner = BLOCKS.has(child.type) && !elseIf ? depth + 1 : depth;
    deepest = Math.max(deepest, nestingOf(child, inner));
  }
  return deepest;
}

function nameOf(tree: Tree, parent: Tree | undefined): string {
  for (const candidate of [tree["id"], parent?.["id"], parent?.["key"]]) {
    if (isTree(candidate) && typeof candidate["name"] === "string") return candidate["name"];
  }
  return "(anonymous)";
}

/** Shapes of all functions of a TypeScript source, nested ones too. `describe` and `test` bodies count like any. */
export function functionsOf(text: string, path: string): FunctionShape[] {
  const found: FunctionShape[] = [];
  const lineOf = (offset: number): number => text.slice(0, offset).split("\n").length;
  const visit = (tree: Tree, parent: Tree | undefined): void => {
    if (isFunction(tree)) {
      const parameters = tree["params"];
      found.push({
        name: nameOf(tree, parent),
        line: lineOf(tree.start),
        lines: lineOf(tree.end) - lineOf(tree.start) + 1,
        nesting: nestingOf(tree, 0),
        parameters: Array.isArray(parameters) ? parameters.length : 0,
      });
    }
    for (const { child } of childrenOf(tree)) visit(child, tree);
  };
  const parsed = parseSync(path, text);
  if (isTree(parsed.program)) visit(parsed.program, undefined);
  return found;
}
