// Plays scenarios with the npm package aws-local-stepfunctions: node second_interpreter.mjs FOLDER < TASK > PLAYED
//
// FOLDER is where the package is installed. TASK has the definition and the scenarios, PLAYED how each was played
// (see first_interpreter.py's Played).

import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

Promise.withResolvers ??= () => {
  // The package expects it; Node.js has it from 22 on.
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  return parts;
};
Math.random = () => 1 - Number.EPSILON; // the longest pause that a retry's jitter allows

const PACKAGE = "node_modules/aws-local-stepfunctions/build/main.node.esm.js";
const { StateMachine } = await import(resolve(join(process.argv[2], PACKAGE)));

const timers = new Map();
let now = 0; // ms
let timersMade = 0;
globalThis.setTimeout = (callback, ms) => {
  timers.set(++timersMade, { callback, ms, due: now + ms });
  return timersMade;
};
globalThis.clearTimeout = (id) => timers.delete(id);

/** Wait for a promise, and let time pass whenever nothing else happens. */
async function withTimePassing(promise, trace) {
  let settled = false;
  const result = promise.finally(() => (settled = true));
  result.catch(() => {}); // whoever awaits what is returned hears of it
  for (;;) {
    await new Promise((idle) => setImmediate(idle));
    if (settled) return result;
    const [id, timer] = [...timers].reduce((first, next) => (next[1].due < first[1].due ? next : first));
    timers.delete(id);
    now = timer.due;
    trace.push({ seconds: timer.ms / 1000 });
    timer.callback();
  }
}

/** Return the outer machine, which the package can run with an inline map only; each item is a task, `Each store`. */
function outerMachine(definition) {
  const { TimeoutSeconds } = definition; // the package would give up after a minute
  const { ItemReader, ResultWriter, ToleratedFailurePercentage, ItemProcessor, ...map } = definition.States["Each store"];
  const task = { Type: "Task", Resource: "arn:aws:states:::states:startExecution.sync", TimeoutSeconds, End: true };
  const inline = { ...map, ItemsPath: "$$.Stores", ItemProcessor: { StartAt: "Child", States: { Child: task } } };
  return { ...definition, States: { ...definition.States, "Each store": inline } };
}

function taskStates(machine) {
  return Object.entries(machine.States).flatMap(([name, state]) => [
    ...(state.Type === "Task" ? [name] : []),
    ...(state.ItemProcessor ? taskStates(state.ItemProcessor) : []),
  ]);
}

/** Lambda's answer, or its error as Step Functions names it. */
function answer(call, functionName) {
  if (call?.function !== functionName) throw Object.assign(new Error(), { name: "NotInTheScenario" });
  const { error, cause } = call;
  if (!error) return { StatusCode: 200, ExecutedVersion: "$LATEST", Payload: call.answer };
  const byFunction = JSON.stringify({ errorType: error, errorMessage: cause });
  throw Object.assign(new Error(error.startsWith("Lambda.") ? cause : byFunction), { name: error });
}

async function countStates(eventLogs) {
  let states = 0;
  for await (const event of eventLogs) states += event.type === "StateEntered";
  return states;
}

async function play(definition, scenario) {
  const trace = [];
  const children = [];
  const calls = [...scenario.calls];
  const invoke = (task) => {
    const name = task.FunctionName.split(":").at(-1);
    trace.push({ call: name, payload: task.Payload });
    return answer(calls.shift(), name);
  };
  const handlers = Object.fromEntries(taskStates(definition).map((name) => [name, invoke]));
  const context = { Execution: scenario.execution, Stores: scenario.stores };
  const options = { context, overrides: { taskResourceLocalHandlers: handlers } };
  // What a Distributed Map does: an execution of its own for each item, whose failure is tolerated.
  handlers.Child = async (item) => {
    const child = new StateMachine(definition.States["Each store"].ItemProcessor, { validationOptions: { noValidate: true } });
    const run = child.run(item, options);
    const states = countStates(run.eventLogs);
    await run.result.catch(() => {});
    children.push(await states);
  };
  const machine = new StateMachine(outerMachine(definition), { validationOptions: { noValidate: true } });
  const played = { name: scenario.name, trace, error: null, output: null, children };
  try {
    played.output = await withTimePassing(machine.run(scenario.input, options).result, trace);
  } catch (failed) {
    played.error = failed.cause.name;
  }
  return played;
}

const task = JSON.parse(readFileSync(0, "utf8"));
const played = [];
for (const scenario of task.scenarios) played.push(await play(task.definition, scenario));
process.stdout.write(JSON.stringify(played));
