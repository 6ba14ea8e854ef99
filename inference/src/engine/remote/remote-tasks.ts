import { SidecarError } from '../../errors.ts';
import type { ModelConfig } from '../../models/model-config.ts';
import type { Message } from '../../oip/write-message.ts';
import { createDecodeOutput } from '../../vision/decode-output.ts';
import { createFillTensor } from '../../vision/fill-tensor.ts';
import type { EngineTask, TaskResult } from '../engine-protocol.ts';
import { asFloats } from '../floats.ts';
import type { Job } from '../job.ts';
import type { Tensors } from '../tensors.ts';
import type { RemoteModel } from './describe-remote.ts';
import { readAnswer, writeQuestion } from './remote-message.ts';
import type { RemoteAnswer } from './transport.ts';

export type RemoteTasks = ReturnType<typeof createRemoteTasks>;

/** Turns tasks into messages and answers into results: pictures become tensors, and outputs boxes, on this side. */
export function createRemoteTasks(config: ModelConfig, remote: RemoteModel) {
  const [input] = remote.inputs;
  const fill = 'input' in config ? createFillTensor(config.input) : null;
  const decode = config.task === 'detection' ? createDecodeOutput(config) : null;
  const wantedOf = (task: EngineTask) => (task.kind === 'tensors' ? task.outputs : null);

  function inputsOf(task: EngineTask): Tensors {
    if (task.kind === 'tensors') return task.inputs;
    if (!fill || !input) throw new SidecarError('ENGINE_FAILED', 'This model takes no pictures.');
    const { type, dims, data } = fill(task.pixels);
    return { [input.name]: { type, dims, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) } };
  }

  return {
    /** Holds nothing of the task afterwards. Throws TENSOR_INVALID where an element cannot be said to that server. */
    ask({ task, priority, deadlineAt }: Pick<Job, 'task' | 'priority' | 'deadlineAt'>, now: number): Message {
      const timeoutMs = deadlineAt - now;
      return writeQuestion(remote, { inputs: inputsOf(task), outputs: wantedOf(task), timeoutMs, priority });
    },
    /** Throws ENGINE_FAILED. */
    resultOf(task: EngineTask, answer: RemoteAnswer): Exclude<TaskResult, { kind: 'failed' }> {
      const outputs = readAnswer(remote, answer, wantedOf(task));
      if (task.kind !== 'detect') return { kind: 'tensors', outputs };
      if (!decode) throw new SidecarError('ENGINE_FAILED', 'This model finds no objects.');
      const tensors = Object.entries(outputs).map(([name, tensor]) => ({
        ...{ name, dims: tensor.dims },
        data: asFloats(tensor),
      }));
      return { kind: 'candidates', candidates: decode(tensors, task.confidenceMin) };
    },
    /** A tensor that was made here and is refused there is no fault of whoever sent a picture. */
    errorOf(task: EngineTask, error: unknown): unknown {
      const isOurs = task.kind !== 'tensors' && error instanceof SidecarError && error.code === 'TENSOR_INVALID';
      if (!isOurs) return error;
      return new SidecarError('ENGINE_FAILED', 'The model could not run.', { internal: { reason: error.message } });
    },
  };
}
