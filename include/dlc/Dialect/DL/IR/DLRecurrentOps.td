// Recurrent layers, each one op a layer and direction, and their gradients.
#ifndef DLC_DIALECT_DL_IR_DLRECURRENTOPS_TD
#define DLC_DIALECT_DL_IR_DLRECURRENTOPS_TD

include "dlc/Dialect/DL/IR/DLBase.td"

/// A layer's pass over a sequence. `results` begin with the sequence of hidden states.
class DL_RecurrentOp<string mnemonic, list<Trait> traits = []>
    : DL_Op<mnemonic, "Contraction", !listconcat(traits,
        [AttrSizedOperandSegments, DeclareOpInterfaceMethods<RecurrentOpInterface>])> {
  let hasVerifier = 1;
}

defvar DL_RecurrentText = [{

    Time comes first: `input` is (steps, batch, features), `sequence` (steps, batch, units), whose entry t is the
    hidden state after step t. With `reverse` the last step is taken first; each entry stays at the place of
    its step. Initial states are zero where they are not given. Where `mask` (steps, batch) is false, a
    step leaves the states of that row as they are.

    `weights` and `recurrent` hold the columns of a gate side by side, as Keras does. Without `weights` and `bias` the
    input holds the sums that they would give, (steps, batch, gates * units): what `dl-hoist-recurrent-inputs`
    makes of the op. With `packed_units` = n > 0 `recurrent` is packed for the kernel of a step as
    (ceil(units/n), units, gates * n), zero beyond the last unit.
}];

//===-- Layers -------------------------------------------------------------------------------------===//

def DL_LstmOp : DL_RecurrentOp<"lstm"> {
  let summary = "a long short-term memory over a sequence, in one direction";
  let description = !strconcat([{
    With x the input, h and c the states before a step, (i, f, g, o) the sums x * weights + h * recurrent + bias
    of the input gate, the forget gate, the candidate and the output gate, in this order:

        c' = gate(f) * c + gate(i) * cell(g)        h' = gate(o) * hidden(c')

    where gate, cell and hidden are the three activations. `peephole` (3 * units) holds p_i, p_f, p_o: p_i * c,
    p_f * c and p_o * c' are added to the sums of the gates.

    `hidden` and `cell` are the states after the last step that is taken. `cells` (steps, batch, units) and `gates`
    (steps, batch, 4 * units) are c' and the four activated gates of each step, for `dl.lstm_gradient`; nothing
    is computed for a result that is not used.
  }], DL_RecurrentText);
  let arguments = (ins DL_FloatTensor:$input, Optional<DL_FloatTensor>:$weights, DL_FloatTensor:$recurrent,
                       Optional<DL_FloatTensor>:$bias, Optional<DL_FloatTensor>:$initial_hidden,
                       Optional<DL_FloatTensor>:$initial_cell, Optional<DL_FloatTensor>:$peephole,
                       Optional<DL_BoolTensor>:$mask, DefaultValuedAttr<BoolAttr, "false">:$reverse,
                       DL_ActivationOr<"Sigmoid">:$gate_activation, DL_ActivationOr<"Tanh">:$cell_activation,
                       DL_ActivationOr<"Tanh">:$hidden_activation,
                       DefaultValuedAttr<I64Attr, "0">:$packed_units);
  let results = (outs DL_FloatTensor:$sequence, DL_FloatTensor:$hidden, DL_FloatTensor:$cell,
                      DL_FloatTensor:$cells, DL_FloatTensor:$gates);
  let assemblyFormat = [{
    $input (`weights` $weights^)? `recurrent` $recurrent (`bias` $bias^)? (`hidden` $initial_hidden^)?
    (`cell` $initial_cell^)? (`peephole` $peephole^)? (`mask` $mask^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = fusionMethod # [{
    static constexpr int64_t gateCount = 4;
  }];
}

def DL_GruOp : DL_RecurrentOp<"gru"> {
  let summary = "a gated recurrent unit over a sequence, in one direction";
  let description = !strconcat([{
    With x the input, h the state before a step, (z, r) the sums x * weights + h * recurrent + bias +
    recurrent_bias of the update and the reset gate, and a and b the columns of the third gate, in the order z, r,
    candidate:

        h' = gate(z) * h + (1 - gate(z)) * g
        g = cell(x * weights_a + bias_a + gate(r) * (h * recurrent_a + recurrent_bias_a))     reset_after
        g = cell(x * weights_a + bias_a + (gate(r) * h) * recurrent_a + recurrent_bias_a)     otherwise

    `hidden` is the state after the last step that is taken. `gates` (steps, batch, 4 * units) are gate(z),
    gate(r), g and, with `reset_after`, h * recurrent_a + recurrent_bias_a, else gate(r) * h.
  }], DL_RecurrentText);
  let arguments = (ins DL_FloatTensor:$input, Optional<DL_FloatTensor>:$weights, DL_FloatTensor:$recurrent,
                       Optional<DL_FloatTensor>:$bias, Optional<DL_FloatTensor>:$recurrent_bias,
                       Optional<DL_FloatTensor>:$initial_hidden, Optional<DL_BoolTensor>:$mask,
                       DefaultValuedAttr<BoolAttr, "false">:$reverse,
                       DefaultValuedAttr<BoolAttr, "true">:$reset_after,
                       DL_ActivationOr<"Sigmoid">:$gate_activation, DL_ActivationOr<"Tanh">:$cell_activation,
                       DefaultValuedAttr<I64Attr, "0">:$packed_units);
  let results = (outs DL_FloatTensor:$sequence, DL_FloatTensor:$hidden, DL_FloatTensor:$gates);
  let assemblyFormat = [{
    $input (`weights` $weights^)? `recurrent` $recurrent (`bias` $bias^)? (`recurrent_bias` $recurrent_bias^)?
    (`hidden` $initial_hidden^)? (`mask` $mask^)? attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = fusionMethod # [{
    static constexpr int64_t gateCount = 3;
  }];
}

def DL_SimpleRnnOp : DL_RecurrentOp<"simple_rnn"> {
  let summary = "a fully connected recurrence over a sequence, in one direction";
  let description = !strconcat([{
    With x the input and h the state before a step: h' = activation(x * weights + h * recurrent + bias).
    `hidden` is the state after the last step that is taken.
  }], DL_RecurrentText);
  let arguments = (ins DL_FloatTensor:$input, Optional<DL_FloatTensor>:$weights, DL_FloatTensor:$recurrent,
                       Optional<DL_FloatTensor>:$bias, Optional<DL_FloatTensor>:$initial_hidden,
                       Optional<DL_BoolTensor>:$mask, DefaultValuedAttr<BoolAttr, "false">:$reverse,
                       DL_ActivationOr<"Tanh">:$activation, DefaultValuedAttr<I64Attr, "0">:$packed_units);
  let results = (outs DL_FloatTensor:$sequence, DL_FloatTensor:$hidden);
  let assemblyFormat = [{
    $input (`weights` $weights^)? `recurrent` $recurrent (`bias` $bias^)? (`hidden` $initial_hidden^)?
    (`mask` $mask^)? attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = fusionMethod # [{
    static constexpr int64_t gateCount = 1;
  }];
}

//===-- Gradients ----------------------------------------------------------------------------------===//

defvar DL_RecurrentGradientText = [{

    Steps are taken in the order opposite to that of the layer, whose `reverse` the op has too. What flows on to the
    input, the weights and the initial hidden state are matrix products of `sums` over all steps at once. Cotangents
    that are not given are zero. `mask` is the layer's: the `sums` of a step that it leaves out are zero, and what comes to
    the states after it passes to those before it. With `packed_units` = n > 0 `recurrent` is the layer's, transposed and
    packed as (ceil(units/n), gates * units, n).
}];

def DL_LstmGradientOp : DL_RecurrentOp<"lstm_gradient"> {
  let summary = "the cotangents of the gates' sums in dl.lstm";
  let description = !strconcat([{
    From the cotangents of `sequence`, `hidden` and `cell` of a dl.lstm, and its `recurrent`, `cells`, `gates`,
    `initial_cell` and `peephole`: `sums` (steps, batch, 4 * units), the cotangents of the sums of i, f, g and o before
    their activation; `cell`, that of the initial cell state; and `hidden`, what flows to the initial hidden state
    through steps that are left out: zero without a mask.
  }], DL_RecurrentGradientText);
  let arguments = (ins DL_FloatTensor:$recurrent, DL_FloatTensor:$cells, DL_FloatTensor:$gates,
                       Optional<DL_FloatTensor>:$initial_cell, Optional<DL_FloatTensor>:$peephole,
                       Optional<DL_BoolTensor>:$mask, Optional<DL_FloatTensor>:$sequence_cotangent,
                       Optional<DL_FloatTensor>:$hidden_cotangent, Optional<DL_FloatTensor>:$cell_cotangent,
                       DefaultValuedAttr<BoolAttr, "false">:$reverse,
                       DL_ActivationOr<"Sigmoid">:$gate_activation, DL_ActivationOr<"Tanh">:$cell_activation,
                       DL_ActivationOr<"Tanh">:$hidden_activation,
                       DefaultValuedAttr<I64Attr, "0">:$packed_units);
  let results = (outs DL_FloatTensor:$sums, DL_FloatTensor:$cell, DL_FloatTensor:$hidden);
  let assemblyFormat = [{
    $recurrent `cells` $cells `gates` $gates (`cell` $initial_cell^)? (`peephole` $peephole^)? (`mask` $mask^)?
    (`d_sequence` $sequence_cotangent^)? (`d_hidden` $hidden_cotangent^)? (`d_cell` $cell_cotangent^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = fusionMethod # [{
    static constexpr int64_t gateCount = 4;
  }];
}

def DL_GruGradientOp : DL_RecurrentOp<"gru_gradient"> {
  let summary = "the cotangents of the gates' sums in dl.gru";
  let description = !strconcat([{
    From the cotangents of `sequence` and `hidden` of a dl.gru, and its `recurrent`, `sequence`, `gates` and
    `initial_hidden`: `sums` (steps, batch, 3 * units), the cotangents of the sums of z, r and the candidate before
    their activation; `state_sums`, of the same shape, those of what the states add to these sums: with `reset_after`
    the candidate's is multiplied by the reset gate, otherwise they are equal; and `hidden`, what flows to the
    initial hidden state otherwise than through its product with `recurrent` by `state_sums`.

    That product is one with all columns of `recurrent` with `reset_after`, and with those of z and r
    otherwise: there the candidate's columns multiply the state once it is reset.
  }], DL_RecurrentGradientText);
  let arguments = (ins DL_FloatTensor:$recurrent, DL_FloatTensor:$sequence, DL_FloatTensor:$gates,
                       Optional<DL_FloatTensor>:$initial_hidden, Optional<DL_BoolTensor>:$mask,
                       Optional<DL_FloatTensor>:$sequence_cotangent, Optional<DL_FloatTensor>:$hidden_cotangent,
                       DefaultValuedAttr<BoolAttr, "false">:$reverse,
                       DefaultValuedAttr<BoolAttr, "true">:$reset_after,
                       DL_ActivationOr<"Sigmoid">:$gate_activation, DL_ActivationOr<"Tanh">:$cell_activation,
                       DefaultValuedAttr<I64Attr, "0">:$packed_units);
  let results = (outs DL_FloatTensor:$sums, DL_FloatTensor:$state_sums, DL_FloatTensor:$hidden);
  let assemblyFormat = [{
    $recurrent `sequence` $sequence `gates` $gates (`hidden` $initial_hidden^)? (`mask` $mask^)?
    (`d_sequence` $sequence_cotangent^)? (`d_hidden` $hidden_cotangent^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = fusionMethod # [{
    static constexpr int64_t gateCount = 3;
  }];
}

def DL_SimpleRnnGradientOp : DL_RecurrentOp<"simple_rnn_gradient"> {
  let summary = "the cotangents of the sums in dl.simple_rnn";
  let description = !strconcat([{
    From the cotangents of `sequence` and `hidden` of a dl.simple_rnn, and its `recurrent` and `sequence`: `sums`
    (steps, batch, units), the cotangents of the sums before their activation; and `hidden`, what flows to the initial
    hidden state through steps that are left out: zero without a mask.
  }], DL_RecurrentGradientText);
  let arguments = (ins DL_FloatTensor:$recurrent, DL_FloatTensor:$sequence, Optional<DL_BoolTensor>:$mask,
                       Optional<DL_FloatTensor>:$sequence_cotangent, Optional<DL_FloatTensor>:$hidden_cotangent,
                       DefaultValuedAttr<BoolAttr, "false">:$reverse, DL_ActivationOr<"Tanh">:$activation,
                       DefaultValuedAttr<I64Attr, "0">:$packed_units);
  let results = (outs DL_FloatTensor:$sums, DL_FloatTensor:$hidden);
  let assemblyFormat = [{
    $recurrent `sequence` $sequence (`mask` $mask^)? (`d_sequence` $sequence_cotangent^)?
    (`d_hidden` $hidden_cotangent^)? attr-dict `:` functional-type(operands, results)
  }];
  let extraClassDeclaration = fusionMethod # [{
    static constexpr int64_t gateCount = 1;
  }];
}

#endif // DLC_DIALECT_DL_IR_DLRECURRENTOPS_TD
