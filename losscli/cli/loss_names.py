"""Names of losses, their parameters and frameworks, as completion reads them in no time.

Written by `python -m tests.loss_names`; a test fails when it lags behind the registry.
"""

# ruff: noqa: E501  one loss is one line

from __future__ import annotations

from typing import Final

LOSSES: Final = """
andrews andrews_sine andrew_wave andrews_wave ; c ; statsmodels
arctan arctan_loss ; c ; scipy
barron barron_loss adaptive_robust general_robust ; alpha c ;
bce binary_cross_entropy binary_crossentropy bce_loss binary_logloss ; eps label_smoothing ; torch keras keras.BinaryCrossentropy sklearn xgboost lightgbm lightgbm.cross_entropy scoringrules
bce_logits binary_cross_entropy_with_logits bce_with_logits sigmoid_binary_cross_entropy sigmoid_cross_entropy ; pos_weight label_smoothing ; keras optax torch keras.BinaryCrossentropy keras.numpy_backend
binary_focal binary_focal_loss sigmoid_focal focal_bce ; gamma alpha from_logits=no|yes label_smoothing ; keras keras.BinaryFocalCrossentropy optax monai
binary_kl binary_kl_divergence bernoulli_kl ;  ; lightgbm
brier brier_score brier_score_loss ; scale_by_half=no|yes ; sklearn scoringrules
brier_multiclass multiclass_brier quadratic_score multiclass_brier_score ; scale_by_half=no|yes|auto ; sklearn keras
categorical_ce categorical_crossentropy categorical_cross_entropy ; label_smoothing eps ; keras keras.CategoricalCrossentropy sklearn
categorical_focal categorical_focal_crossentropy categorical_focal_loss softmax_focal_loss ; gamma alpha label_smoothing ; keras keras.CategoricalFocalCrossentropy monai
categorical_hinge ;  ; keras keras.CategoricalHinge
cauchy lorentzian cauchy_loss ; c ; scipy statsmodels
circle circle_loss ; gamma margin ; keras pytorch_metric_learning
contrastive contrastive_loss siamese_loss ; margin ;
cosine cosine_distance ;  ; optax sklearn scipy keras torch
cosine_embedding ; margin ; torch
cosine_similarity ;  ; optax torch keras torchmetrics
coverage_error coverage ;  ; sklearn torchmetrics
crammer_singer multiclass_hinge ; margin squared=no|yes ; optax sklearn torchmetrics
cross_entropy_dist cross_entropy_of_distributions ; base=e|2|10 ; keras scipy
crps_ensemble ensemble_crps continuous_ranked_probability_score ; estimator=nrg|fair ; scoringrules torchmetrics
crps_parametric crps_gaussian crps_of_location_and_scale ; family=normal|laplace|logistic ; scoringrules scoringrules.crps_laplace scoringrules.crps_logistic
crps_quantile quantile_crps ; tau ; scoringrules
ctc ctc_loss ; blank zero_infinity=no|yes ; torch keras optax
d2_score d2 r2 r_squared skill_score ; base=mse|mae|pinball|poisson_deviance|gamma_deviance|tweedie_deviance|brier|bce|brier_multiclass|sparse_categorical_ce tau power eps centred=no|yes columns=uniform|variance flat=plain|finite|zero|near adjusted ; sklearn keras torchmetrics lightgbm sklearn.explained_variance_score torchmetrics.explained_variance sklearn.d2_absolute_error_score sklearn.d2_pinball_score sklearn.d2_tweedie_score sklearn.d2_brier_score sklearn.d2_log_loss_score
dice dice_loss soft_dice sorensen_dice f1_loss ; squared=no|yes smooth eps empty ; keras optax monai
dss dawid_sebastiani dawid_sebastiani_score ; bias=no|yes ; scoringrules
entropy shannon_entropy ; base=e|2|10 ; torch scipy
eps_insensitive epsilon_insensitive epsilon_insensitive_loss svr_loss ; eps ;
expectile expectile_loss asymmetric_squared_error ; tau ; statsmodels
exponential exponential_loss adaboost_loss ;  ;
fair fair_loss ; c ; lightgbm
focal_tversky focal_tversky_loss ; alpha beta gamma smooth empty ;
gamma_deviance mean_gamma_deviance ;  ; sklearn torchmetrics utilsforecast xgboost lightgbm
gamma_nll gamma_negative_log_likelihood exponential_nll ;  ; lightgbm xgboost
gaussian_nll gaussian_negative_log_likelihood normal_nll heteroscedastic_regression ; full=no|yes spread=variance|deviation eps ; torch
gce generalized_cross_entropy categorical_generalized_cross_entropy ; q ; keras keras.categorical_generalized_cross_entropy
geman_mcclure geman_mcclure_loss geman ; c ;
generalized_dice generalised_dice generalized_dice_loss gdl ; w_type=square|simple|uniform smooth empty ; monai optax
generalized_kl generalised_kl generalized_kl_divergence i_divergence unnormalized_kl ;  ; optax scipy
half_squared_error half_mse ;  ; optax statsmodels
hamming hamming_loss hamming_distance ; threshold ; sklearn torchmetrics torchmetrics.multiclass_hamming_distance
hampel hampel_loss ; a b c ; statsmodels
hinge ; margin ; keras keras.Hinge optax sklearn torchmetrics
hinge_embedding hinge_embedding_loss ; margin ; torch
huber huber_loss ; delta ; optax scipy torch keras lightgbm statsmodels scipy.least_squares
interval_score winkler_score winkler ; alpha ; scoringrules utilsforecast
jaccard jaccard_loss soft_jaccard iou iou_loss soft_iou ; smooth eps empty ; monai
js jsd jensen_shannon jensen_shannon_divergence ; base=e|2|10 ; torchmetrics scipy
kl kl_divergence kld kullback_leibler kullback_leibler_divergence relative_entropy ; base=e|2|10 log_target=no|yes log_prediction=no|yes ; optax torch keras keras.KLDivergence optax.kl_divergence_with_log_targets torchmetrics scipy
label_ranking_loss label_ranking ranking_loss ;  ; sklearn torchmetrics
linex linex_loss linear_exponential ; a ; utilsforecast
listmle listmle_loss plackett_luce ;  ; rax
listnet ranking_softmax ranking_softmax_loss ;  ; optax rax
log_cosh logcosh log_cosh_error log_cosh_loss ;  ; keras optax keras.LogCosh torchmetrics
log_score logarithmic_score ignorance_score predictive_nll ; family=normal|laplace|logistic ; scoringrules scoringrules.logs_laplace scoringrules.logs_logistic
lq lq_loss power_loss ; q ;
mae mean_absolute_error l1_loss absolute_error ;  ; torch sklearn torchmetrics utilsforecast keras xgboost lightgbm keras.MeanAbsoluteError
mape ;  ; utilsforecast sklearn torchmetrics keras keras.MeanAbsolutePercentageError lightgbm xgboost
margin_ranking margin_ranking_loss ; margin ; torch
mase mean_absolute_scaled_error ; m ; utilsforecast
max_error maximum_error max_residual_error chebyshev ;  ; sklearn
median_ae median_absolute_error medae ;  ; sklearn
modified_huber modified_huber_loss ;  ;
mse mean_squared_error mse_loss squared_error quadratic ;  ; torch optax sklearn torchmetrics utilsforecast keras lightgbm keras.MeanSquaredError
msle mean_squared_log_error squared_log_error ;  ; sklearn torchmetrics keras keras.MeanSquaredLogarithmicError
msse mean_squared_scaled_error ; m ; utilsforecast
multi_margin multi_margin_loss weston_watkins ; p margin weight ; torch
multi_quantile mqloss multi_quantile_loss mean_quantile_loss ; tau ; xgboost utilsforecast
multiclass_perceptron multiclass_perceptron_loss ;  ; optax
multilabel_bce multilabel_soft_margin multilabel_soft_margin_loss ; weight ; keras torch
multilabel_margin multilabel_margin_loss ;  ; torch
nll nll_loss negative_log_likelihood ; weight ignore_index ; torch
ntxent nt_xent infonce info_nce simclr ; temperature ; optax pytorch_metric_learning
ova_hinge one_vs_all_hinge one_vs_rest_hinge ovr_hinge ; margin squared=no|yes ;
pairwise_hinge pairwise_hinge_loss ranking_svm ;  ; rax
pairwise_logistic ranknet pairwise_logistic_loss ;  ; rax
perceptron perceptron_loss ;  ; optax
perplexity ppl ; ignore_index ; torchmetrics
pinball quantile pinball_loss mean_pinball_loss check_loss quantile_score ; tau ; sklearn scoringrules utilsforecast xgboost lightgbm
poisson_deviance mean_poisson_deviance ;  ; sklearn torchmetrics utilsforecast
poisson_nll poisson_negative_log_likelihood poisson_loss ; full=no|yes eps ; torch keras keras.Poisson lightgbm xgboost scoringrules
poisson_nll_log poisson_nll_log_link poisson_nll_with_log_input ; full=no|yes ; torch
poly1_ce poly_loss_cross_entropy poly_loss polyloss poly1 ; epsilon ; optax rax
pseudo_huber pseudo_huber_loss pseudohuber mphe ; delta ; scipy xgboost
quantile_huber huber_quantile quantile_huber_loss huberised_pinball ; tau delta ; statsmodels
ramsay ramsay_e ramsay_loss ; a ; statsmodels
rmse root_mean_squared_error root_mean_square_error rmsd ; columns=pooled|separate ; keras torchmetrics utilsforecast sklearn xgboost lightgbm
rmsle root_mean_squared_log_error ; columns=pooled|separate ; sklearn xgboost
rmsse root_mean_squared_scaled_error ; m ; utilsforecast
rps rps_score ranked_probability_score ;  ; scoringrules
smape symmetric_mape ; scale ; utilsforecast torchmetrics
smooth_l1 smooth_l1_loss ; beta ; torch
soft_l1 charbonnier l1_l2 ; c ; scipy
soft_margin soft_margin_loss ;  ; torch
softmax_ce softmax_cross_entropy softmax_cross_entropy_with_logits ; label_smoothing weight ; torch keras optax optax.safe_softmax_cross_entropy keras.CategoricalCrossentropy
sparse_categorical_ce sparse_categorical_crossentropy sparse_categorical_cross_entropy mlogloss multi_logloss ; ignore_index eps ; keras keras.SparseCategoricalCrossentropy sklearn xgboost lightgbm
sparse_softmax_ce sparse_softmax_cross_entropy softmax_cross_entropy_with_integer_labels ; label_smoothing weight ignore_index ; keras optax torch keras.SparseCategoricalCrossentropy
sparsemax_binary sparsemax_loss sparse_plus ;  ; optax
sparsemax_multiclass multiclass_sparsemax_loss multiclass_sparsemax ;  ; optax
squared_eps_insensitive squared_epsilon_insensitive squared_epsilon_insensitive_loss l2_svr_loss ; eps ;
squared_hinge ; margin ; keras keras.SquaredHinge torchmetrics
supcon supervised_contrastive ; temperature ; pytorch_metric_learning
talwar trimmed_squares talwar_loss ; c ; statsmodels
topk_error top_k_error topk ; k ; keras sklearn lightgbm
triplet triplet_margin ; margin p swap=no|yes ; torch optax
tukey_biweight tukey bisquare biweight ; c ; statsmodels
tversky tversky_loss tversky_index_loss ; alpha beta smooth eps empty ; keras optax monai
tweedie_deviance ; power ; utilsforecast sklearn torchmetrics
tweedie_nll tweedie_negative_log_likelihood tweedie_quasi_likelihood ; power ; xgboost lightgbm
wape wmape weighted_mean_absolute_percentage_error normalised_deviation ;  ; utilsforecast torchmetrics
welsch leclerc correntropy welsch_loss ; c ;
wing wing_loss ; w eps ;
wis weighted_interval_score ; alpha ; scoringrules
zero_one zero_one_loss misclassification error_rate ; threshold ; sklearn keras xgboost lightgbm torchmetrics
"""
"""A loss a line: its name and aliases; its parameters, with their choices where these are words; whose
convention it may follow."""

FAMILIES: Final = "binary distribution embedding forecast margin multiclass multilabel ranking regression robust segmentation sequence similarity"
"""The families of losses."""

TOPICS: Final = """
losses
entropy
likelihood
loss-and-cost
names
frameworks
sources
parts
inputs
formats
compare
plot
typed
completion
remote
engine
inspect
reconcile
header
numbers
missing
pairing
check
baseline
config
ci
states
labels
weights
segments
concentration
reductions
signature
exit-codes
"""
"""The topics of `explain`."""

FOREIGN: Final = """
keras: BinaryCrossentropy BinaryFocalCrossentropy CategoricalCrossentropy CategoricalFocalCrossentropy
keras: CategoricalGeneralizedCrossEntropy CategoricalHinge Dice Hinge Huber KLDivergence LogCosh
keras: MeanAbsoluteError MeanAbsolutePercentageError MeanSquaredError MeanSquaredLogarithmicError Poisson
keras: R2Score RootMeanSquaredError SparseCategoricalCrossentropy SparseTopKCategoricalAccuracy SquaredHinge
keras: TopKCategoricalAccuracy Tversky binary_crossentropy binary_error binary_focal_crossentropy
keras: categorical_crossentropy categorical_crossentropy_of_distributions categorical_focal_crossentropy
keras: categorical_generalized_cross_entropy categorical_hinge circle cosine_similarity ctc dice hinge
keras: kl_divergence kld kullback_leibler_divergence log_cosh mae mape mean_absolute_error
keras: mean_absolute_percentage_error mean_squared_error mean_squared_error_of_rows
keras: mean_squared_logarithmic_error mse msle numpy_backend poisson sparse_categorical_crossentropy
keras: sparse_top_k_categorical_accuracy squared_hinge top_k_categorical_accuracy tversky
lightgbm: binary_error binary_logloss cross_entropy fair gamma gamma-deviance gamma_deviance huber kldiv
lightgbm: kullback_leibler l1 l2 mae mape mse multi_error multi_error_top_k multi_logloss poisson quantile
lightgbm: r2 rmse tweedie xentropy
monai: DiceLoss FocalLoss GeneralizedDiceLoss TverskyLoss jaccard
optax: binary_dice_loss cosine_distance cosine_similarity ctc_loss dice_loss generalized_kl_divergence
optax: hinge_loss huber_loss kl_divergence kl_divergence_with_log_targets l2_loss log_cosh
optax: multiclass_generalized_dice_loss multiclass_hinge_loss multiclass_perceptron_loss
optax: multiclass_sparsemax_loss ntxent perceptron_loss poly_loss_cross_entropy ranking_softmax_loss
optax: safe_softmax_cross_entropy sigmoid_binary_cross_entropy sigmoid_focal_loss softmax_cross_entropy
optax: softmax_cross_entropy_with_integer_labels sparsemax_loss squared_error triplet_margin_loss
pytorch_metric_learning: CircleLoss NTXentLoss SupConLoss
rax: listmle_loss pairwise_hinge_loss pairwise_logistic_loss poly1_softmax_loss softmax_loss
scipy: arctan cauchy cosine entropy_and_relative_entropy huber jensenshannon kl_div pseudo_huber soft_l1
scoringrules: brier_score crps_ensemble crps_laplace crps_logistic crps_normal crps_quantile dssuv_ensemble
scoringrules: interval_score log_score logs_laplace logs_logistic logs_normal logs_poisson quantile_score
scoringrules: rps_score weighted_interval_score
sklearn: brier_score_loss coverage_error d2_absolute_error_score d2_brier_score d2_log_loss_score
sklearn: d2_pinball_score d2_tweedie_score explained_variance_score hamming_loss hinge_loss
sklearn: label_ranking_loss log_loss max_error mean_absolute_error mean_absolute_percentage_error
sklearn: mean_gamma_deviance mean_pinball_loss mean_poisson_deviance mean_squared_error
sklearn: mean_squared_log_error mean_tweedie_deviance median_absolute_error neg_brier_score neg_log_loss
sklearn: paired_cosine_distances r2_score root_mean_squared_error root_mean_squared_log_error
sklearn: top_k_accuracy_score zero_one_loss
statsmodels: AndrewWave Hampel HuberT LeastSquares RamsayE StudentT TrimmedMean TukeyBiweight
torch: BCELoss BCEWithLogitsLoss CTCLoss GaussianNLLLoss HingeEmbeddingLoss HuberLoss KLDivLoss
torch: MarginRankingLoss MultiLabelMarginLoss MultiLabelSoftMarginLoss NLLLoss PoissonNLLLoss SoftMarginLoss
torch: binary_cross_entropy binary_cross_entropy_with_logits cosine_distance cosine_embedding_loss
torch: cosine_similarity cross_entropy ctc_loss entr gaussian_nll_loss hinge_embedding_loss huber_loss
torch: kl_div l1_loss margin_ranking_loss mse_loss multi_margin_loss multilabel_margin_loss
torch: multilabel_soft_margin_loss nll_loss poisson_nll_loss smooth_l1_loss soft_margin_loss
torch: triplet_margin_loss triplet_margin_with_distance_loss
torchmetrics: BinaryHammingDistance LogCoshError binary_hamming_distance binary_hinge_loss
torchmetrics: continuous_ranked_probability_score cosine_similarity explained_variance
torchmetrics: jensen_shannon_divergence kl_divergence log_cosh_error mean_absolute_error
torchmetrics: mean_absolute_percentage_error mean_squared_error mean_squared_log_error
torchmetrics: multiclass_hamming_distance multiclass_hinge_loss multilabel_coverage_error
torchmetrics: multilabel_hamming_distance multilabel_ranking_loss perplexity r2_score
torchmetrics: symmetric_mean_absolute_percentage_error tweedie_deviance_score
torchmetrics: weighted_mean_absolute_percentage_error
utilsforecast: linex mae mape mase mqloss mse msse nd quantile_loss rmse rmsse smape tweedie_deviance wape
utilsforecast: winkler_score
xgboost: error gamma-deviance gamma-nloglik logloss mae mape mlogloss mphe poisson-nloglik quantile rmse
xgboost: rmsle tweedie-nloglik
"""
"""A framework a paragraph: the names that its functions have there, each of which means one loss."""
