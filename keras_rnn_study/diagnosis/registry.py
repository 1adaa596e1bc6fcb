"""All rules, in the order of causes: what stands above may be why something below is seen."""

from keras_rnn_study.diagnosis.rule import Rule
from keras_rnn_study.diagnosis.rules.clipped_always import clipped_always
from keras_rnn_study.diagnosis.rules.constant_features import constant_features
from keras_rnn_study.diagnosis.rules.dead_units import dead_units
from keras_rnn_study.diagnosis.rules.exploding_gradient import exploding_gradient
from keras_rnn_study.diagnosis.rules.gradient_sum import gradient_sum
from keras_rnn_study.diagnosis.rules.identical_units import identical_units
from keras_rnn_study.diagnosis.rules.initial_loss_too_high import initial_loss_too_high
from keras_rnn_study.diagnosis.rules.input_ignored import input_ignored
from keras_rnn_study.diagnosis.rules.labels_do_not_fit_loss import labels_do_not_fit_loss
from keras_rnn_study.diagnosis.rules.leaking_windows import leaking_windows
from keras_rnn_study.diagnosis.rules.learning_rate_too_high import learning_rate_too_high
from keras_rnn_study.diagnosis.rules.learning_rate_too_low import learning_rate_too_low
from keras_rnn_study.diagnosis.rules.learns_label_mean import learns_label_mean
from keras_rnn_study.diagnosis.rules.mask_ends import mask_ends
from keras_rnn_study.diagnosis.rules.nan_inputs import nan_inputs
from keras_rnn_study.diagnosis.rules.no_gradient import no_gradient
from keras_rnn_study.diagnosis.rules.not_a_number import not_a_number
from keras_rnn_study.diagnosis.rules.one_class import one_class
from keras_rnn_study.diagnosis.rules.overfitting import overfitting
from keras_rnn_study.diagnosis.rules.padding_not_masked import padding_not_masked
from keras_rnn_study.diagnosis.rules.padding_side import padding_side
from keras_rnn_study.diagnosis.rules.runaway_states import runaway_states
from keras_rnn_study.diagnosis.rules.saturated_units import saturated_units
from keras_rnn_study.diagnosis.rules.short_memory import short_memory
from keras_rnn_study.diagnosis.rules.state_drift import state_drift
from keras_rnn_study.diagnosis.rules.stateful_shuffled import stateful_shuffled
from keras_rnn_study.diagnosis.rules.swapped_axes import swapped_axes
from keras_rnn_study.diagnosis.rules.unscaled_inputs import unscaled_inputs
from keras_rnn_study.diagnosis.rules.vanishing_gradient import vanishing_gradient

RULES: tuple[Rule, ...] = (
    # data and shapes
    nan_inputs,
    labels_do_not_fit_loss,
    one_class,
    swapped_axes,
    constant_features,
    leaking_windows,
    padding_not_masked,
    mask_ends,
    unscaled_inputs,
    # the network as it stands
    identical_units,
    dead_units,
    runaway_states,
    saturated_units,
    no_gradient,
    short_memory,
    state_drift,
    # what training makes of it
    exploding_gradient,
    learning_rate_too_high,
    not_a_number,
    vanishing_gradient,
    # symptoms
    initial_loss_too_high,
    input_ignored,
    clipped_always,
    learning_rate_too_low,
    learns_label_mean,
    overfitting,
    # notes
    stateful_shuffled,
    padding_side,
    gradient_sum,
)
